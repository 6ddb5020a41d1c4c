#include "decree/completion.h"

#include <array>
#include <new>
#include <utility>

namespace decree::detail {

namespace {

constexpr std::size_t kStep = 64;
constexpr std::size_t kClasses = 8;
constexpr std::size_t kMostKept = 4096;  // of one size

struct Block {
  Block* next;
};

// Set once the thread keeps nothing any more: objects of static storage may end after that.
thread_local bool gone = false;

/// What one thread keeps, by size in steps.
class Kept {
 public:
  Kept() = default;
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
  ~Kept() {
    gone = true;
    for (List& list : lists_) {
      while (void* memory = list.take()) ::operator delete(memory);
    }
  }

  struct List {
    void* take() {
      if (first == nullptr) return nullptr;
      --count;
      return std::exchange(first, first->next);
    }
    bool give(void* memory) {
      if (count == kMostKept) return false;
      ++count;
      first = new (memory) Block{first};
      return true;
    }
    Block* first = nullptr;
    std::size_t count = 0;
  };
  List& of(std::size_t size_class) { return lists_.at(size_class); }

 private:
  std::array<List, kClasses> lists_;
};

thread_local Kept kept;

std::size_t class_of(std::size_t bytes) { return (bytes - 1) / kStep; }

}  // namespace

void* take_memory(std::size_t bytes) {
  const std::size_t size_class = class_of(bytes);
  if (size_class >= kClasses) return ::operator new(bytes);
  void* memory = gone ? nullptr : kept.of(size_class).take();
  return memory != nullptr ? memory : ::operator new((size_class + 1) * kStep);
}

void give_memory(void* memory, std::size_t bytes) noexcept {
  const std::size_t size_class = class_of(bytes);
  const bool keeps = size_class < kClasses && !gone && kept.of(size_class).give(memory);
  if (!keeps) ::operator delete(memory);
}

}  // namespace decree::detail
