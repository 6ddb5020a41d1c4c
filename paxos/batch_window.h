// How many batches are under way.
#ifndef DECREE_PAXOS_BATCH_WINDOW_H_
#define DECREE_PAXOS_BATCH_WINDOW_H_

#include <array>
#include <cstddef>

#include "decree/types.h"
#include "paxos/assert.h"

namespace decree::paxos {

/// The last slots of the batches that were sent and not yet confirmed, oldest first.
template <std::size_t Capacity>
class BatchWindow {
 public:
  [[nodiscard]] bool full() const { return size_ == Capacity; }
  [[nodiscard]] std::size_t size() const { return size_; }
  void sent(Slot last) {
    DECREE_ASSERT(!full(), "a full window sends nothing");
    lasts_[(begin_ + size_++) % Capacity] = last;
  }
  void confirmed(Slot through) {
    while (size_ > 0 && lasts_[begin_] <= through) {
      begin_ = (begin_ + 1) % Capacity;
      --size_;
    }
  }
  void clear() { size_ = 0; }

 private:
  std::array<Slot, Capacity> lasts_{};
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
};

}  // namespace decree::paxos

#endif  // DECREE_PAXOS_BATCH_WINDOW_H_
