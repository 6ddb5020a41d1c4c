// Numbers and strings of bytes in a snapshot, little-endian.
#ifndef DECREE_REPLICA_BYTE_STREAM_H_
#define DECREE_REPLICA_BYTE_STREAM_H_

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "decree/snapshot.h"

namespace decree::replica {

class ByteWriter {
 public:
  void put(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) bytes_ += static_cast<char>(number >> shift);
  }
  void put(std::span<const std::byte> bytes) {
    put(bytes.size());
    bytes_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// After the end it reads zeros, and good() is false.
class ByteReader {
 public:
  explicit ByteReader(SnapshotReader& from) : from_(from) {}

  std::uint64_t get() {
    std::byte bytes[8] = {};
    good_ = from_.read(bytes) == sizeof bytes && good_;
    std::uint64_t number = 0;
    for (int i = 7; i >= 0; --i) number = number << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    return number;
  }
  /// At most so many bytes.
  std::vector<std::byte> get_bytes(std::uint64_t most) {
    const std::uint64_t size = get();
    if (size > most) good_ = false;
    std::vector<std::byte> bytes(good_ ? size : 0);
    good_ = from_.read(bytes) == bytes.size() && good_;
    return bytes;
  }
  [[nodiscard]] bool good() const { return good_; }

 private:
  SnapshotReader& from_;
  bool good_ = true;
};

}  // namespace decree::replica

#endif  // DECREE_REPLICA_BYTE_STREAM_H_
