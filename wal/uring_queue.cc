#include "wal/uring_queue.h"

namespace decree::wal {

void UringQueue::submit_write(int fd, std::uint64_t offset, std::span<const std::byte> bytes,
                              std::uint64_t token) {
  Write& write = free_write();
  write.state = DurableWrite(offset, bytes, mode_ != WriteMode::direct_dsync);
  write.fd = fd;
  write.token = token;
  prepare(write);
}

UringQueue::Write& UringQueue::free_write() {
  if (free_.empty()) return writes_.emplace_back(*this);
  Write& write = *free_.back();
  free_.pop_back();
  return write;
}

void UringQueue::prepare(Write& write) {
  const DurableWrite& state = write.state;
  if (state.sync_follows()) {
    proactor_.write_and_sync(write.fd, state.offset(), state.rest(), write.written, write.synced);
  } else {
    proactor_.write(write.fd, state.offset(), state.rest(), mode_ == WriteMode::direct_dsync,
                    write.written);
  }
}

void UringQueue::take(Write& write, const Write::Step& step, int result) {
  const DurableWrite::Next next =
      &step == &write.synced ? write.state.on_sync(result) : write.state.on_write(result);
  if (next == DurableWrite::Next::again) prepare(write);
  if (next != DurableWrite::Next::done) return;
  done_.push_back({write.token, write.state.error()});
  free_.push_back(&write);
}

void UringQueue::reap(std::vector<Completion>& completions) {
  completions.insert(completions.end(), done_.begin(), done_.end());
  done_.clear();
}

}  // namespace decree::wal
