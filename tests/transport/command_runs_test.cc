// Commands that were kept for an accept are sent from where they are.
#include "transport/command_runs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "messages.h"
#include "transport/codec.h"

namespace decree::transport {
namespace {

constexpr Origin kOrigin{1, 0, ReplicaId{1}};

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

class CommandRunsTest : public testing::Test {
 protected:
  /// Values of `sizes` bytes each, kept one after the other.
  std::vector<Value> keep(const std::vector<std::size_t>& sizes) {
    std::vector<Value> values;
    for (const std::size_t size : sizes) {
      const std::string text(size, static_cast<char>('a' + values.size() % 26));
      values.push_back({ValueKind::command, {}, {}, encoder_.keep(bytes_of(text))});
    }
    return values;
  }
  Payload encode(std::span<const Value> values) {
    Accept accept;
    accept.values = values;
    return encoder_.encode(accept);
  }
  /// Checks that the frame says what it should, and tells whether the values lie in it.
  bool in_place(const Payload& frame, std::span<const Value> values) {
    Accept accept;
    accept.values = values;
    std::string_view problem;
    const Message* decoded = decoder_.decode(frame, problem);
    EXPECT_NE(decoded, nullptr) << problem;
    EXPECT_EQ(decoded == nullptr ? "" : dump(*decoded), dump(accept));
    EXPECT_TRUE(checksum_good(frame.view));
    EXPECT_EQ(frame.size() % 8, 0u);
    const auto lies_in = [&](const Value& value) {
      return value.bytes.view.data() >= frame.view.data() &&
             value.bytes.view.data() < frame.view.data() + frame.size();
    };
    const auto inside = std::ranges::count_if(values, lies_in);
    EXPECT_TRUE(inside == 0 || inside == static_cast<std::ptrdiff_t>(values.size()));
    return inside != 0;
  }

  Encoder encoder_{kOrigin};
  Decoder decoder_;
};

TEST_F(CommandRunsTest, AFrameIsBuiltAroundItsCommands) {
  for (std::size_t count = 1; count < 70; ++count) {
    for (std::size_t size = 1; size < 20; ++size) {
      const std::vector<Value> values = keep(std::vector<std::size_t>(count, size));
      ASSERT_TRUE(in_place(encode(values), values)) << count << " of " << size;
    }
  }
}

TEST_F(CommandRunsTest, FramesOfLargeCommandsToo) {
  const std::vector<Value> one = keep({16u << 20});
  EXPECT_TRUE(in_place(encode(one), one));
  const std::vector<Value> several = keep({1u << 20, 1, 300'000, 1u << 20});
  EXPECT_TRUE(in_place(encode(several), several));
}

TEST_F(CommandRunsTest, WhatDoesNotTravelTogetherIsCopied) {
  const std::vector<Value> values = keep({10, 20, 30, 40});
  const std::span<const Value> all(values);
  EXPECT_FALSE(in_place(encode(all.first(3)), all.first(3)));
  EXPECT_FALSE(in_place(encode(all), all)) << "the run ended with the accept before";
  const std::vector<Value> turned{values[1], values[0]};
  EXPECT_FALSE(in_place(encode(turned), turned));
}

TEST_F(CommandRunsTest, OfALostProposalNothingIsSent) {
  std::vector<Value> values = keep({10, 20, 30});
  values.erase(values.begin() + 1);
  EXPECT_FALSE(in_place(encode(values), values));
}

TEST_F(CommandRunsTest, AFrameIsNotBuiltOverAnother) {
  const std::vector<Value> before = keep({100, 7});
  const Payload first = encode(before);
  const std::vector<Value> after = keep({100, 7});
  const Payload second = encode(after);
  EXPECT_TRUE(in_place(first, before));
  EXPECT_TRUE(in_place(second, after));
  const Payload again = encode(before);
  EXPECT_FALSE(in_place(again, before)) << "its memory belongs to the first frame";
}

TEST_F(CommandRunsTest, AnEmptyCommandHasAnAddressOfItsOwn) {
  const std::vector<Value> values = keep({0, 5, 0});
  EXPECT_NE(values[0].bytes.view.data(), values[2].bytes.view.data());
  EXPECT_NE(values[0].bytes.view.data(), values[1].bytes.view.data());
  EXPECT_FALSE(in_place(encode(values), values));
}

}  // namespace
}  // namespace decree::transport
