// A queue that allocates only while it grows.
#ifndef DECREE_PAXOS_RING_H_
#define DECREE_PAXOS_RING_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "paxos/assert.h"

namespace decree {

/// What is taken out is moved from, so that it holds nothing any more.
template <typename T>
class Ring {
 public:
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Counted from the front.
  T& operator[](std::size_t index) { return items_[place(index)]; }
  const T& operator[](std::size_t index) const { return items_[place(index)]; }
  T& front() { return (*this)[0]; }
  const T& front() const { return (*this)[0]; }
  const T& back() const { return (*this)[size_ - 1]; }

  void push_back(T item) {
    if (size_ == items_.size()) grow();
    items_[(head_ + size_) & (items_.size() - 1)] = std::move(item);
    ++size_;
  }
  T pop_front() {
    T item = std::move(front());
    head_ = (head_ + 1) & (items_.size() - 1);
    --size_;
    return item;
  }
  void clear() {
    while (!empty()) pop_front();
  }

 private:
  static constexpr std::size_t kFirst = 16;

  [[nodiscard]] std::size_t place(std::size_t index) const {
    DECREE_ASSERT(index < size_, "the index is in the queue");
    return (head_ + index) & (items_.size() - 1);
  }
  void grow() {
    std::vector<T> larger(items_.empty() ? kFirst : items_.size() * 2);
    for (std::size_t i = 0; i < size_; ++i) larger[i] = std::move(items_[place(i)]);
    items_ = std::move(larger);
    head_ = 0;
  }

  std::vector<T> items_;  // a power of two, or none
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

}  // namespace decree

#endif  // DECREE_PAXOS_RING_H_
