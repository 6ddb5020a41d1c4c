// A file descriptor that closes itself.
#ifndef DECREE_EXAMPLES_DEMO_FILE_DESCRIPTOR_H_
#define DECREE_EXAMPLES_DEMO_FILE_DESCRIPTOR_H_

#include <unistd.h>

#include <utility>

namespace decree::demo {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~FileDescriptor() {
    if (number_ >= 0) ::close(number_);
  }

  [[nodiscard]] int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

}  // namespace decree::demo

#endif  // DECREE_EXAMPLES_DEMO_FILE_DESCRIPTOR_H_
