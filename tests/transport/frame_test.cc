// The header.
#include "transport/frame.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <vector>

namespace decree::transport {
namespace {

constexpr Origin kOrigin{0x1122334455667788, 0x99, ReplicaId{5}};

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// docs/wire-format.md shows these bytes.
TEST(Frame, HeaderLiesInMemoryAsDocumented) {
  std::array<std::byte, 48> frame{};
  seal(frame, FrameType::accept, kOrigin);
  const std::string expected = std::string("DECR") +
                               std::string("\x01\x00\x12\x00\x08\x00\x00\x00\x05\x00\x00\x00", 12) +
                               std::string("\x88\x77\x66\x55\x44\x33\x22\x11", 8) +
                               std::string("\x99\x00\x00\x00\x00\x00\x00\x00", 8);
  EXPECT_EQ(text_of(std::span(frame).subspan(8, 32)), expected);
  EXPECT_EQ(read_header(frame).checksum, 0xec795f26e90b75c4u);
}

TEST(Frame, ProblemsAreNamed) {
  const FrameHeader good{0, kMagic, kWireVersion, FrameType::fetch, 64, 1, kOrigin.cluster, 0x99};
  EXPECT_EQ(header_problem(good, kOrigin, 104), "");
  EXPECT_NE(header_problem(good, kOrigin, 103), "") << "one byte too long";
  const auto problem_with = [&](auto change) {
    FrameHeader header = good;
    change(header);
    return header_problem(header, kOrigin, kMaxFrameBytes);
  };
  EXPECT_NE(problem_with([](FrameHeader& h) { h.magic = 1; }).find("magic"), std::string::npos);
  EXPECT_NE(problem_with([](FrameHeader& h) { h.version = 2; }).find("version 2"),
            std::string::npos);
  EXPECT_NE(problem_with([](FrameHeader& h) { h.length = 12; }).find("length 12"),
            std::string::npos);
  EXPECT_NE(problem_with([](FrameHeader& h) { h.length = 0xfffffff8; }).find("length"),
            std::string::npos);
  EXPECT_NE(problem_with([](FrameHeader& h) { h.cluster = 4; }).find("cluster 4"),
            std::string::npos);
  EXPECT_NE(problem_with([](FrameHeader& h) { h.group = 4; }).find("group 4"), std::string::npos);
}

}  // namespace
}  // namespace decree::transport
