// A stream of frames in arbitrary pieces: every frame comes out whole, aligned and unchanged, also
// when it is kept, and what is refused does not depend on the pieces.
#include <algorithm>
#include <cstring>
#include <vector>

#include "tests/fuzz/input.h"
#include "tests/fuzz/require.h"
#include "transport/frame.h"
#include "transport/receive_buffer.h"

namespace decree::transport {
namespace {

constexpr Origin kOrigin{7, 0, ReplicaId{3}};
constexpr std::size_t kMostFrameBytes = 16u << 10;

std::vector<std::byte> any_frame(Input& input) {
  const bool large = input.below(16) == 0;
  std::vector<std::byte> frame(kHeaderBytes + 8 * input.below(large ? 1024 : 32));
  std::ranges::copy(input.bytes(4), frame.begin() + kHeaderBytes - 4);
  if (frame.size() > kHeaderBytes) frame.back() = static_cast<std::byte>(input.below(256));
  seal(frame, FrameType::accept, kOrigin);
  if (input.below(8) == 0) frame[input.below(frame.size())] ^= std::byte{4};
  return frame;
}

std::vector<std::byte> any_stream(Input& input) {
  std::vector<std::byte> stream;
  for (std::uint64_t frames = input.below(24); frames > 0; --frames) {
    const std::vector<std::byte> frame = any_frame(input);
    stream.insert(stream.end(), frame.begin(), frame.end());
  }
  const std::span<const std::byte> tail = input.bytes(input.below(64));
  stream.insert(stream.end(), tail.begin(), tail.end());
  return stream;
}

/// Reads as a connection does, until something is refused.
class Reader {
 public:
  Reader(Input& input, bool keep) : input_(input), keep_(keep) {}

  /// The frames, one after the other.
  std::vector<std::byte> read(std::span<const std::byte> stream) {
    while (!stream.empty() && !refused_) {
      const std::span<std::byte> space = buffer_.space(next_);
      require(!space.empty(), "no space to read to");
      const std::size_t size =
          std::min({stream.size(), space.size(), std::size_t{1} + input_.below(4096)});
      std::memcpy(space.data(), stream.data(), size);
      buffer_.received(size);
      stream = stream.subspan(size);
      take_frames();
      if (input_.below(16) == 1) buffer_.set_capacity(2048);
    }
    std::vector<std::byte> read;
    for (const Payload& frame : frames_) {
      read.insert(read.end(), frame.view.begin(), frame.view.end());
    }
    return read;
  }

 private:
  void take_frames() {
    for (;;) {
      next_ = kHeaderBytes;
      const std::span<const std::byte> unread = buffer_.unread();
      if (unread.size() < kHeaderBytes) return;
      const FrameHeader header = read_header(unread);
      refused_ = !header_problem(header, kOrigin, kMostFrameBytes).empty();
      if (refused_) return;
      next_ = header.frame_bytes();
      if (unread.size() < next_) return;
      refused_ = !checksum_good(unread.first(next_));
      if (refused_) return;
      take(buffer_.take(next_));
    }
  }

  void take(const Payload& frame) {
    const auto address = reinterpret_cast<std::uintptr_t>(frame.view.data());
    require(address % kFrameAlignment == 0, "a frame that is not aligned");
    frames_.push_back(keep_ ? frame : Payload::copy_of(frame.view));
  }

  Input& input_;
  bool keep_;
  ReceiveBuffer buffer_{1024};
  std::size_t next_ = kHeaderBytes;
  std::vector<Payload> frames_;
  bool refused_ = false;
};

void run(Input& input) {
  const bool keep = input.below(2) == 0;
  const std::vector<std::byte> stream = any_stream(input);
  const std::vector<std::byte> read = Reader(input, keep).read(stream);
  const bool prefix =
      read.size() <= stream.size() && std::equal(read.begin(), read.end(), stream.begin());
  require(prefix, "frames that were never sent");
  Input nothing(nullptr, 0);  // byte by byte
  require(Reader(nothing, !keep).read(stream) == read, "other frames in other pieces");
}

}  // namespace
}  // namespace decree::transport

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  decree::Input input(data, size);
  decree::transport::run(input);
  return 0;
}
