#include "examples/kv/input_buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace decree::kv {
namespace {

void put(InputBuffer& buffer, std::string_view text) {
  while (!text.empty()) {
    const std::span<char> space = buffer.prepare();
    const std::size_t size = std::min(space.size(), text.size());
    std::copy_n(text.begin(), size, space.begin());
    buffer.commit(size);
    text.remove_prefix(size);
  }
}

TEST(InputBuffer, KeepsBytesThroughGrowthAndIsBounded) {
  InputBuffer buffer(200'000);
  std::string expected;
  for (int i = 0; expected.size() + 10 < 200'000; ++i) {
    const std::string piece = std::to_string(i);
    put(buffer, piece);
    expected += piece;
    if (i % 3 == 0) {
      buffer.consume(1);
      expected.erase(0, 1);
    }
  }
  EXPECT_EQ(buffer.view(), expected);
  put(buffer, std::string(200'000 - expected.size(), 'x'));
  EXPECT_TRUE(buffer.full());
  EXPECT_TRUE(buffer.prepare().empty());
  buffer.commit(0);
  EXPECT_LE(buffer.capacity(), 220'000U);
  buffer.consume(200'000);
  EXPECT_EQ(buffer.capacity(), 0U) << "an idle client holds no memory";
}

// A read may be under way while the requests before it are taken out.
TEST(InputBuffer, StaysWhereBytesAreBeingWritten) {
  for (const std::size_t size : {std::size_t{10}, 8 * InputBuffer::kReadBytes}) {
    InputBuffer buffer(1'000'000);
    put(buffer, std::string(size, 'x'));
    const std::span<char> space = buffer.prepare();
    buffer.consume(size);
    EXPECT_EQ(buffer.view(), "");
    space[0] = 'y';
    buffer.commit(1);
    EXPECT_EQ(buffer.view(), "y");
  }
}

}  // namespace
}  // namespace decree::kv
