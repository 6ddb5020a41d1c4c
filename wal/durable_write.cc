#include "wal/durable_write.h"

#include <algorithm>
#include <cerrno>

#include "wal/disk.h"

namespace decree::wal {
namespace {

std::error_code error_of(int result) { return {-result, std::generic_category()}; }

bool passing(int result) { return result == -EINTR || result == -EAGAIN; }

}  // namespace

DurableWrite::Next DurableWrite::on_write(int result) {
  write_seen_ = true;
  if (result < 0) {
    if (!passing(result)) error_ = error_of(result);
  } else {
    // What a direct write leaves over must begin at a block.
    const auto written = std::min(static_cast<std::size_t>(result), rest_.size());
    const std::size_t whole = written / kBlockSize * kBlockSize;
    if (whole == 0) error_ = std::make_error_code(std::errc::io_error);
    rest_ = rest_.subspan(whole);
    offset_ += whole;
  }
  return settle();
}

DurableWrite::Next DurableWrite::on_sync(int result) {
  sync_seen_ = true;
  // Cancelled by a write that was short or failed: that one decides.
  if (result < 0 && result != -ECANCELED && !error_) error_ = error_of(result);
  if (result == -ECANCELED && write_seen_ && rest_.empty()) error_ = error_of(result);
  return settle();
}

DurableWrite::Next DurableWrite::settle() {
  if (!write_seen_ || (sync_follows_ && !sync_seen_)) return Next::wait;
  if (error_ || rest_.empty()) return Next::done;
  write_seen_ = false;
  sync_seen_ = false;
  return Next::again;
}

}  // namespace decree::wal
