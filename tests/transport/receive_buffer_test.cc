// Bytes in pieces of any size, frames out whole.
#include "transport/receive_buffer.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <vector>

namespace decree::transport {
namespace {

// A "frame" here: its size in the first 8 bytes, then its number repeated.
std::vector<std::byte> stream_of(const std::vector<std::uint64_t>& sizes) {
  std::vector<std::byte> stream;
  for (std::size_t number = 0; number < sizes.size(); ++number) {
    std::vector<std::byte> frame(sizes[number], static_cast<std::byte>(number));
    std::memcpy(frame.data(), &sizes[number], sizeof(sizes[number]));
    stream.insert(stream.end(), frame.begin(), frame.end());
  }
  return stream;
}

std::uint64_t size_at(std::span<const std::byte> bytes) {
  std::uint64_t size = 0;
  std::memcpy(&size, bytes.data(), sizeof(size));
  return size;
}

// Feeds the stream as a socket would; `keep` decides which frames stay referenced.
std::vector<Payload> feed(ReceiveBuffer& buffer, std::span<const std::byte> stream,
                          std::mt19937_64& dice, bool keep) {
  std::vector<Payload> frames;
  std::size_t next = 8;
  while (!stream.empty()) {
    const std::span<std::byte> space = buffer.space(next);
    const std::size_t size = std::min({stream.size(), space.size(), 1 + dice() % 900});
    std::memcpy(space.data(), stream.data(), size);
    buffer.received(size);
    stream = stream.subspan(size);
    for (next = 8; buffer.unread().size() >= 8; next = 8) {
      next = size_at(buffer.unread());
      if (buffer.unread().size() < next) break;
      const Payload frame = buffer.take(next);
      frames.push_back(keep ? frame : Payload::copy_of(frame.view));
    }
  }
  return frames;
}

TEST(ReceiveBuffer, HandsOutEveryFrameUnchanged) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    std::mt19937_64 dice(seed);
    std::vector<std::uint64_t> sizes(100);
    for (std::uint64_t& size : sizes) size = 8 + dice() % 100 * 8 + (dice() % 20 == 0 ? 5000 : 0);
    ReceiveBuffer buffer(1024);
    const std::vector<Payload> frames = feed(buffer, stream_of(sizes), dice, seed % 2 == 0);
    ASSERT_EQ(frames.size(), sizes.size());
    for (std::size_t number = 0; number < frames.size(); ++number) {
      ASSERT_EQ(frames[number].size(), sizes[number]);
      ASSERT_EQ(reinterpret_cast<std::uintptr_t>(frames[number].view.data()) % 8, 0u);
      for (const std::byte byte : frames[number].view.subspan(8)) {
        ASSERT_EQ(byte, static_cast<std::byte>(number)) << "a kept frame was overwritten";
      }
    }
  }
}

TEST(ReceiveBuffer, ReusesItsMemoryOnceFramesAreReleased) {
  ReceiveBuffer buffer(1024);
  const std::byte* first = buffer.space(8).data();
  for (int round = 0; round < 1000; ++round) {
    ASSERT_EQ(buffer.space(8).data(), first);
    buffer.received(64);
    buffer.take(64);
  }
}

TEST(ReceiveBuffer, DoesNotHoldOnToTheMemoryOfALargeFrame) {
  ReceiveBuffer buffer(1024);
  EXPECT_EQ(buffer.space(1u << 20).size(), 1u << 20);
  buffer.received(1u << 20);
  buffer.take(1u << 20);
  EXPECT_EQ(buffer.space(8).size(), 1024u);
}

}  // namespace
}  // namespace decree::transport
