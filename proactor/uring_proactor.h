// A Proactor on an io_uring.
#ifndef DECREE_PROACTOR_URING_PROACTOR_H_
#define DECREE_PROACTOR_URING_PROACTOR_H_

#include <liburing.h>

#include <array>
#include <memory>
#include <system_error>

#include "proactor/proactor.h"

namespace decree::proactor {

class UringProactor final : public Proactor {
 public:
  /// Null and an error if the kernel refuses io_uring or lacks what is needed of it.
  static std::unique_ptr<UringProactor> open(std::error_code& error);
  ~UringProactor() override;

  void receive(int socket, std::span<std::byte> into, Operation& operation) override;
  void watch(int fd, Operation& operation) override;
  void start() override;
  [[nodiscard]] UringProactor* uring() override { return this; }

  /// Writes at `offset`; with `durably`, the write is durable when it completes.
  void write(int fd, std::uint64_t offset, std::span<const std::byte> bytes, bool durably,
             Operation& operation);
  /// The same, and then fdatasync() if the write was complete, which else is cancelled.
  void write_and_sync(int fd, std::uint64_t offset, std::span<const std::byte> bytes,
                      Operation& written, Operation& synced);
  /// A file that was written to is about to be closed.
  void forget(int fd);

 private:
  static constexpr unsigned kFixedFiles = 8;

  UringProactor() = default;
  std::error_code set_up();
  void enable();
  [[nodiscard]] bool ready() const override;
  void block(std::chrono::nanoseconds most) override;
  void dispatch() override;
  void watch_wake_ups();
  /// Room for `count` entries that belong together.
  void make_room(unsigned count);
  io_uring_sqe* entry(Operation& operation);
  io_uring_sqe* prepare_write(int fd, std::uint64_t offset, std::span<const std::byte> bytes,
                              Operation& operation);
  void set_file(io_uring_sqe* entry, int fd);
  int fixed_index(int fd);

  io_uring ring_{};
  bool ready_ = false;    // ring_ is to be torn down
  bool enabled_ = false;  // it has found its thread
  unsigned polls_ = 0;    // since the last entry went to the kernel
  bool fixed_files_ = false;
  std::array<int, kFixedFiles> fixed_{};  // the descriptors registered, or -1
  unsigned next_fixed_ = 0;
};

}  // namespace decree::proactor

#endif  // DECREE_PROACTOR_URING_PROACTOR_H_
