// Reference-counted bytes: how a payload moves through the engine without being copied.
#ifndef DECREE_PAXOS_BUFFER_H_
#define DECREE_PAXOS_BUFFER_H_

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <utility>

namespace decree {

/// A shared run of bytes, aligned to 16. The count is not atomic: a buffer belongs to one thread at
/// a time and is handed to another only through something that synchronises.
class BufferRef {
 public:
  BufferRef() = default;
  BufferRef(const BufferRef& other) : block_(other.block_) {
    if (block_ != nullptr) ++block_->references;
  }
  BufferRef(BufferRef&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  BufferRef& operator=(BufferRef other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~BufferRef() {
    if (block_ != nullptr && --block_->references == 0) give_back(block_);
  }

  /// `size` uninitialised bytes.
  static BufferRef allocate(std::size_t size) {
    if (size >= kLarge) return BufferRef(take_large(size));
    return BufferRef(new (::operator new(sizeof(Block) + size)) Block{1, 0, size});
  }

  [[nodiscard]] std::span<std::byte> bytes() const {
    if (block_ == nullptr) return {};
    return {reinterpret_cast<std::byte*>(block_ + 1), block_->size};
  }
  /// True when nobody else can see the bytes, so that they may be written.
  [[nodiscard]] bool unique() const { return block_ != nullptr && block_->references == 1; }
  explicit operator bool() const { return block_ != nullptr; }

 private:
  struct alignas(16) Block {
    std::uint32_t references;
    std::uint32_t units;  // of kUnit bytes, that it has; 0: it is not large
    std::size_t size;
  };
  /// Freed large blocks of this thread, for the next that are asked for: the allocator gives such
  /// memory back to the system, and each page of it is then a page fault when it is used again.
  struct Spare;
  static constexpr std::size_t kLarge = 64u << 10;
  static constexpr std::size_t kUnit = 4096;

  explicit BufferRef(Block* block) : block_(block) {}
  static Spare& spare();
  static Block* take_large(std::size_t size);
  static void give_back_large(Block* block);
  static void give_back(Block* block) {
    if (block->units != 0) return give_back_large(block);
    ::operator delete(block);
  }

  Block* block_ = nullptr;
};

/// A view of bytes together with what keeps them alive. A view without an owner must be kept alive
/// by other means for as long as it is used.
struct Payload {
  std::span<const std::byte> view;
  BufferRef owner;

  [[nodiscard]] std::size_t size() const { return view.size(); }

  static Payload copy_of(std::span<const std::byte> bytes) {
    Payload payload{{}, BufferRef::allocate(bytes.size())};
    if (!bytes.empty()) std::memcpy(payload.owner.bytes().data(), bytes.data(), bytes.size());
    payload.view = payload.owner.bytes();
    return payload;
  }
};

}  // namespace decree

#endif  // DECREE_PAXOS_BUFFER_H_
