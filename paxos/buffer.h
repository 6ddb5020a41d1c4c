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
    if (block_ != nullptr && --block_->references == 0) ::operator delete(block_);
  }

  /// `size` uninitialised bytes.
  static BufferRef allocate(std::size_t size) {
    void* memory = ::operator new(sizeof(Block) + size);
    return BufferRef(new (memory) Block{1, size});
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
    std::size_t references;
    std::size_t size;
  };
  explicit BufferRef(Block* block) : block_(block) {}

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
