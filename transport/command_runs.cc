#include "transport/command_runs.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "paxos/assert.h"

namespace decree::transport {

Payload CommandRuns::keep(std::span<const std::byte> bytes) {
  DECREE_ASSERT(!bytes.empty(), "no two commands have one address");
  const std::size_t size = bytes.size();
  if (count_ == 0 || end_of(end_ + size, count_ + 1) > slab_.bytes().size()) start(size);
  const std::span<std::byte> copy = slab_.bytes().subspan(end_, size);
  std::memcpy(copy.data(), bytes.data(), size);
  end_ += size;
  ++count_;
  return {copy, slab_};
}

void CommandRuns::start(std::size_t size) {
  first_ = aligned(end_) + kInFront;
  if (end_of(first_ + size, 1) > slab_.bytes().size()) {
    const std::size_t need = end_of(kInFront + size, 1);
    BufferRef used = std::exchange(slab_, {});
    slab_ = need > kSlabBytes ? BufferRef::allocate(need) : cycle_.next(std::move(used));
    first_ = kInFront;
  }
  end_ = first_;
  count_ = 0;
}

Slabs::Piece CommandRuns::take(std::span<const Value> values) {
  Slabs::Piece around;
  if (is_whole(values)) {
    const std::size_t start = first_ - kInFront;
    const std::size_t end = end_of(end_, count_);
    around = {slab_.bytes().subspan(start, end - start), slab_};
    end_ = end;
  }
  count_ = 0;
  return around;
}

bool CommandRuns::is_whole(std::span<const Value> values) const {
  if (count_ == 0 || values.size() != count_) return false;
  const std::byte* next = slab_.bytes().data() + first_;
  return std::ranges::all_of(values, [&next](const Value& value) {
    return value.bytes.view.data() == std::exchange(next, next + value.bytes.size());
  });
}

}  // namespace decree::transport
