// Bytes that came from a client and have not been understood yet.
#ifndef DECREE_EXAMPLES_KV_INPUT_BUFFER_H_
#define DECREE_EXAMPLES_KV_INPUT_BUFFER_H_

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace decree::kv {

/// A window over one block of memory that grows to at most `max_bytes` and is given back when
/// empty.
class InputBuffer {
 public:
  static constexpr std::size_t kReadBytes = 16 * 1024;

  explicit InputBuffer(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  [[nodiscard]] std::string_view view() const { return {data_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] bool full() const { return end_ - begin_ >= max_bytes_; }
  /// Bytes of memory.
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

  /// Where to read to; empty only if full(). Invalidates views. Stays where it is until commit(),
  /// which must follow, whatever is consumed meanwhile.
  std::span<char> prepare() {
    make_room();
    lent_ = true;
    return {data_.get() + end_, std::min(capacity_ - end_, max_bytes_ - (end_ - begin_))};
  }
  void commit(std::size_t bytes) {
    end_ += bytes;
    lent_ = false;
    start_over_if_empty();
  }

  void consume(std::size_t bytes) {
    begin_ += bytes;
    start_over_if_empty();
  }

 private:
  void start_over_if_empty() {
    if (begin_ != end_ || lent_) {
      return;
    }
    begin_ = end_ = 0;
    if (capacity_ > 4 * kReadBytes) {
      data_.reset();
      capacity_ = 0;
    }
  }

  void make_room() {
    if (capacity_ - end_ >= kReadBytes) {
      return;
    }
    const std::size_t used = end_ - begin_;
    const std::size_t wanted = used + kReadBytes;
    if (wanted <= capacity_ / 2) {
      std::memmove(data_.get(), data_.get() + begin_, used);
    } else {
      // Twice as much, so that a long value is moved a few times only.
      capacity_ = std::max(wanted, std::min(2 * used, max_bytes_ + kReadBytes));
      std::unique_ptr<char[]> larger(new char[capacity_]);
      if (used > 0) {
        std::memcpy(larger.get(), data_.get() + begin_, used);
      }
      data_ = std::move(larger);
    }
    begin_ = 0;
    end_ = used;
  }

  std::size_t max_bytes_;
  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool lent_ = false;  // something may be written behind end_
};

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_INPUT_BUFFER_H_
