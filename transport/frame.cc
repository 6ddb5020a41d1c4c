#include "transport/frame.h"

#include <xxhash.h>

#include <bit>
#include <cstring>

#include "paxos/assert.h"

namespace decree::transport {
namespace {

static_assert(std::endian::native == std::endian::little, "the wire is little endian");

std::uint64_t checksum_of(std::span<const std::byte> frame) {
  const std::span<const std::byte> covered = frame.subspan(sizeof(FrameHeader::checksum));
  return XXH3_64bits(covered.data(), covered.size());
}

}  // namespace

FrameHeader read_header(std::span<const std::byte> frame) {
  DECREE_ASSERT(frame.size() >= kHeaderBytes, "a header is read only when it is whole");
  FrameHeader header;
  std::memcpy(&header, frame.data(), sizeof(header));
  return header;
}

void seal(std::span<std::byte> frame, FrameType type, const Origin& origin) {
  DECREE_ASSERT(frame.size() >= kHeaderBytes && frame.size() <= kMaxFrameBytes,
                "a message fits into one frame");
  DECREE_ASSERT(frame.size() % 8 == 0, "frames keep each other aligned");
  FrameHeader header;
  header.type = type;
  header.length = static_cast<std::uint32_t>(frame.size() - kHeaderBytes);
  header.sender = origin.sender.value;
  header.cluster = origin.cluster;
  header.group = origin.group;
  std::memcpy(frame.data(), &header, sizeof(header));
  const std::uint64_t checksum = checksum_of(frame);
  std::memcpy(frame.data(), &checksum, sizeof(checksum));
}

bool checksum_good(std::span<const std::byte> frame) {
  return frame.size() >= kHeaderBytes && read_header(frame).checksum == checksum_of(frame);
}

std::string header_problem(const FrameHeader& header, const Origin& own, std::size_t max_bytes) {
  if (header.magic != kMagic) return "not a frame of Decree (bad magic)";
  if (header.version != kWireVersion) {
    return "wire version " + std::to_string(header.version) + ", this replica speaks " +
           std::to_string(kWireVersion);
  }
  if (header.length % 8 != 0 || header.frame_bytes() > max_bytes) {
    return "frame length " + std::to_string(header.length) + " is out of bounds";
  }
  if (header.cluster != own.cluster) {
    return "cluster " + std::to_string(header.cluster) + ", this is cluster " +
           std::to_string(own.cluster);
  }
  if (header.group != own.group) {
    return "group " + std::to_string(header.group) + ", this is group " + std::to_string(own.group);
  }
  return {};
}

}  // namespace decree::transport
