#include "tests/wal/damage.h"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "wal/format.h"
#include "wal/snapshot_format.h"

namespace decree::wal {

HurtBlock Damage::hurt_a_block() {
  auto& [name, bytes] = any_file();
  if (bytes.size() < kBlockSize) return {};
  const std::span<std::byte> block = any_block(bytes);
  const auto index = static_cast<std::size_t>(block.data() - bytes.data()) / kBlockSize;
  switch (choices_.below(5)) {
    case 0:
      block[choices_.below(kBlockSize)] ^= std::byte{1} << static_cast<int>(choices_.below(8));
      break;
    case 1:
      std::ranges::fill(block, std::byte{0});
      break;
    case 2:
      fill_with_noise(block);
      break;
    case 3:
      block[choices_.below(kBlockSize)] = any_byte();
      break;
    default: {
      auto& [other_name, other] = any_file();
      if (other.size() >= kBlockSize) std::ranges::copy(any_block(other), block.begin());
    }
  }
  return {name, index};
}

HurtBlock Damage::lose_a_write(const MemoryFiles& then) {
  auto& [name, bytes] = any_file();
  if (bytes.size() < kBlockSize) return {};
  const std::span<std::byte> block = any_block(bytes);
  const auto offset = static_cast<std::size_t>(block.data() - bytes.data());
  const auto old = then.find(name);
  if (old == then.end() || old->second.size() < offset + kBlockSize) return {};
  std::ranges::copy(std::span(old->second).subspan(offset, kBlockSize), block.begin());
  return {name, offset / kBlockSize};
}

void Damage::hurt_a_file() {
  auto& [name, bytes] = any_file();
  switch (choices_.below(6)) {
    case 0:
      bytes.resize(choices_.below(bytes.size() + kBlockSize));
      return;
    case 1:
      return fill_with_noise(bytes);
    case 2:
      return std::swap(bytes, any_file().second);
    case 3: {
      const std::size_t size = choices_.below(3 * kBlockSize);
      bytes = std::vector<std::byte>(size, any_byte());
      return;
    }
    case 4: {
      const std::vector<std::byte> copy = bytes;
      files_[odd_name()] = copy;
      return;
    }
    default:
      if (std::ranges::count_if(files_, [this](auto& file) { return may_hurt_(file.first); }) > 1) {
        files_.erase(std::string(name));
      }
  }
}

std::pair<const std::string, std::vector<std::byte>>& Damage::any_file() {
  std::vector<MemoryFiles::iterator> some;
  for (auto it = files_.begin(); it != files_.end(); ++it) {
    if (may_hurt_(it->first)) some.push_back(it);
  }
  const MemoryFiles::iterator chosen = some.at(choices_.below(some.size()));
  return *chosen;
}

std::span<std::byte> Damage::any_block(std::vector<std::byte>& bytes) {
  const std::size_t index = choices_.below(bytes.size() / kBlockSize);
  return std::span(bytes).subspan(index * kBlockSize, kBlockSize);
}

void Damage::fill_with_noise(std::span<std::byte> bytes) {
  std::minstd_rand random(static_cast<unsigned>(choices_.below(1u << 16)) + 1);
  std::ranges::generate(bytes, [&] { return static_cast<std::byte>(random() >> 8); });
}

std::string Damage::odd_name() {
  switch (choices_.below(4)) {
    case 0:
      return segment_name(choices_.below(12));
    case 1:
      return snapshot_name(Slot{choices_.below(10)});
    case 2:
      return "segment-zz.log";
    default:
      return "incoming";
  }
}

}  // namespace decree::wal
