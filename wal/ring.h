// A queue that allocates only while it grows.
#ifndef DECREE_WAL_RING_H_
#define DECREE_WAL_RING_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "paxos/assert.h"

namespace decree::wal {

template <typename T>
class Ring {
 public:
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Counted from the front.
  T& operator[](std::size_t index) { return items_[place(index)]; }
  const T& operator[](std::size_t index) const { return items_[place(index)]; }

  void push_back(T item) {
    if (size_ == items_.size()) grow();
    ++size_;
    items_[place(size_ - 1)] = std::move(item);
  }
  T pop_front() {
    T item = std::move(items_[place(0)]);
    head_ = (head_ + 1) % items_.size();
    --size_;
    return item;
  }

 private:
  [[nodiscard]] std::size_t place(std::size_t index) const {
    DECREE_ASSERT(index < size_, "the index is in the queue");
    return (head_ + index) % items_.size();
  }
  void grow() {
    std::vector<T> larger(items_.empty() ? 16 : items_.size() * 2);
    for (std::size_t i = 0; i < size_; ++i) larger[i] = std::move(items_[place(i)]);
    items_ = std::move(larger);
    head_ = 0;
  }

  std::vector<T> items_;
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

}  // namespace decree::wal

#endif  // DECREE_WAL_RING_H_
