// The sockets and the file of a floor worker: as little as can be between them and the kernel.
#ifndef DECREE_BENCH_FLOOR_IO_H_
#define DECREE_BENCH_FLOOR_IO_H_

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bench/descriptor.h"

namespace decree::bench {

inline constexpr std::size_t kBlockBytes = 4096;
/// The most that one write, and so one batch, can hold.
inline constexpr std::size_t kMaxWriteBytes = 4u << 20;
/// Writes in flight.
inline constexpr std::size_t kWriteBuffers = 8;

/// Page-aligned memory that costs nothing until it is touched.
class Pages {
 public:
  explicit Pages(std::size_t bytes);
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  ~Pages();
  [[nodiscard]] std::span<std::byte> bytes() const { return bytes_; }

 private:
  std::span<std::byte> bytes_;
};

/// What arrived on a socket and was not consumed yet.
class Inbox {
 public:
  Inbox() : pages_(2 * kMaxWriteBytes) {}
  [[nodiscard]] std::span<const std::byte> bytes() const {
    return pages_.bytes().subspan(begin_, end_ - begin_);
  }
  [[nodiscard]] bool closed() const { return closed_; }
  void consume(std::size_t bytes) { begin_ += bytes; }
  /// Where the next receive goes; moves bytes(), so it must not be called while one is going on.
  [[nodiscard]] std::span<std::byte> make_room();
  /// What a receive returned: bytes, 0 at the end of the stream, or -errno.
  void received(std::int64_t result);

 private:
  Pages pages_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool closed_ = false;
};

enum class Waiting { block, poll };

/// One thread. Failures throw std::system_error.
class FloorIo {
 public:
  virtual ~FloorIo() = default;

  /// Sends all of it, blocking when the socket is full. The inbox is closed when the peer has gone.
  void send(std::size_t socket, std::span<const std::byte> bytes);
  [[nodiscard]] Inbox& inbox(std::size_t socket) { return *inboxes_[socket]; }

  /// Where to put what the next append() writes; empty while all buffers are in flight.
  [[nodiscard]] std::span<std::byte> buffer() const;
  /// Starts the durable write of the first `bytes` of buffer(), rounded up to whole blocks. Writes
  /// are numbered from 1.
  void append(std::size_t bytes);
  [[nodiscard]] std::uint64_t appended() const { return appended_; }
  /// All writes through this one are durable.
  [[nodiscard]] std::uint64_t durable() const { return durable_; }

  /// Hands what was started to the kernel and takes what is ready; a blocking one waits for
  /// something.
  virtual void turn() = 0;
  /// How writes are made durable, for people.
  [[nodiscard]] virtual std::string description() const = 0;

 protected:
  /// `file` exists and holds whole blocks of written zeros.
  FloorIo(const std::string& file, std::vector<int> sockets);

  virtual void start_write(std::uint64_t number, std::span<const std::byte> bytes,
                           std::uint64_t offset) = 0;
  void finish_write(std::uint64_t number, std::int64_t result);

  [[nodiscard]] int file() const { return file_.get(); }
  [[nodiscard]] bool direct() const { return direct_; }
  [[nodiscard]] const std::vector<int>& sockets() const { return sockets_; }

 private:
  struct Write {
    std::size_t bytes = 0;
    bool done = false;
  };

  std::vector<int> sockets_;
  std::vector<std::unique_ptr<Inbox>> inboxes_;
  Descriptor file_;
  bool direct_ = true;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t offset_ = 0;
  Pages buffers_;
  std::vector<Write> writes_;  // by number, modulo
  std::uint64_t appended_ = 0;
  std::uint64_t durable_ = 0;
};

/// Sockets and file behind one io_uring; null where the kernel refuses one.
std::unique_ptr<FloorIo> make_uring_io(const std::string& file, std::vector<int> sockets,
                                       Waiting waiting);
/// poll(), recv() and pwritev2(), the write in the caller's own time.
std::unique_ptr<FloorIo> make_plain_io(const std::string& file, std::vector<int> sockets,
                                       Waiting waiting);

/// Makes a file of `bytes` written zeros, so that later writes change no metadata.
void make_zeros(const std::string& file, std::uint64_t bytes);

}  // namespace decree::bench

#endif  // DECREE_BENCH_FLOOR_IO_H_
