#include "bench/floor_io.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace decree::bench {

Pages::Pages(std::size_t bytes) {
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    throw std::system_error(errno, std::generic_category(), "mmap");
  }
  bytes_ = {static_cast<std::byte*>(memory), bytes};
}

Pages::~Pages() { ::munmap(bytes_.data(), bytes_.size()); }

std::span<std::byte> Inbox::make_room() {
  std::byte* base = pages_.bytes().data();
  std::memmove(base, base + begin_, end_ - begin_);
  end_ -= std::exchange(begin_, 0);
  return pages_.bytes().subspan(end_);
}

void Inbox::received(std::int64_t result) {
  if (result == -EAGAIN) {
    return;
  }
  if (result < 0 && result != -ECONNRESET && result != -EPIPE) {
    throw std::system_error(static_cast<int>(-result), std::generic_category(), "socket");
  }
  closed_ = result <= 0;
  end_ += result > 0 ? static_cast<std::size_t>(result) : 0;
}

FloorIo::FloorIo(const std::string& file, std::vector<int> sockets)
    : sockets_(std::move(sockets)),
      file_(::open(file.c_str(), O_RDWR | O_DIRECT | O_CLOEXEC)),
      buffers_(kWriteBuffers * kMaxWriteBytes),
      writes_(kWriteBuffers) {
  if (file_.get() < 0 && errno == EINVAL) {
    direct_ = false;
    file_ = Descriptor(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  }
  checked(file_.get(), "open " + file);
  struct stat about {};
  checked(::fstat(file_.get(), &about), "stat " + file);
  file_bytes_ = static_cast<std::uint64_t>(about.st_size);
  for (std::size_t i = 0; i < sockets_.size(); ++i) {
    inboxes_.push_back(std::make_unique<Inbox>());
  }
}

void FloorIo::send(std::size_t socket, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(sockets_[socket], bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      inboxes_[socket]->received(-errno);
      return;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
}

std::span<std::byte> FloorIo::buffer() const {
  if (appended_ - durable_ == kWriteBuffers) {
    return {};
  }
  return buffers_.bytes().subspan((appended_ + 1) % kWriteBuffers * kMaxWriteBytes, kMaxWriteBytes);
}

void FloorIo::append(std::size_t bytes) {
  const std::size_t whole = (bytes + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
  const std::span<const std::byte> written = buffer().first(whole);
  if (offset_ + whole > file_bytes_) {
    offset_ = 0;
  }
  ++appended_;
  writes_[appended_ % kWriteBuffers] = {.bytes = whole, .done = false};
  start_write(appended_, written, std::exchange(offset_, offset_ + whole));
}

void FloorIo::finish_write(std::uint64_t number, std::int64_t result) {
  Write& write = writes_[number % kWriteBuffers];
  if (result != static_cast<std::int64_t>(write.bytes)) {
    const int error = result < 0 ? static_cast<int>(-result) : EIO;
    throw std::system_error(error, std::generic_category(), "durable write");
  }
  write.done = true;
  while (durable_ < appended_ && writes_[(durable_ + 1) % kWriteBuffers].done) {
    ++durable_;
  }
}

void make_zeros(const std::string& file, std::uint64_t bytes) {
  const Descriptor fd(checked(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644),
                              "create " + file));
  const std::vector<std::byte> zeros(1u << 20);
  for (std::uint64_t at = 0; at < bytes; at += zeros.size()) {
    if (::write(fd.get(), zeros.data(), zeros.size()) != static_cast<ssize_t>(zeros.size())) {
      throw std::system_error(errno, std::generic_category(), "write " + file);
    }
  }
  checked(::fsync(fd.get()), "fsync " + file);
}

}  // namespace decree::bench
