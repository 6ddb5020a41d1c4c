#include "sim/files.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace decree::sim {

namespace {

/// More than a batch has.
constexpr std::size_t kEndBlocks = 64;
/// What was written last, with the mark behind it.
constexpr std::size_t kLastBlocks = 4;

}  // namespace

void File::write(std::uint64_t block, std::span<const std::byte> bytes) {
  auto page = std::make_shared<Page>();
  page->fill(std::byte{0});
  std::memcpy(page->data(), bytes.data(), std::min(bytes.size(), page->size()));
  pages[block] = std::move(page);
}

void File::read(std::uint64_t offset, std::span<std::byte> into) const {
  std::memset(into.data(), 0, into.size());
  const std::uint64_t first = offset / wal::kBlockSize;
  const std::uint64_t end = (offset + into.size() + wal::kBlockSize - 1) / wal::kBlockSize;
  for (auto each = pages.lower_bound(first); each != pages.end() && each->first < end; ++each) {
    const std::uint64_t start = each->first * wal::kBlockSize;
    const std::uint64_t from = std::max(start, offset);
    const std::uint64_t to = std::min(start + wal::kBlockSize, offset + into.size());
    std::memcpy(into.data() + (from - offset), each->second->data() + (from - start), to - from);
  }
}

File* Files::find(const std::string& name) {
  const auto found = files_.find(name);
  return found == files_.end() ? nullptr : &found->second;
}

void Files::put(const std::string& name, std::span<const std::byte> head, std::uint64_t size) {
  File file;
  file.size = size;
  for (std::uint64_t at = 0; at < head.size(); at += wal::kBlockSize) {
    const std::uint64_t length = std::min<std::uint64_t>(wal::kBlockSize, head.size() - at);
    file.write(at / wal::kBlockSize, head.subspan(at, length));
  }
  files_[name] = std::move(file);
}

void Files::write_cached(const std::string& name, std::uint64_t block,
                         std::span<const std::byte> bytes) {
  File& file = files_.at(name);
  const auto found = file.pages.find(block);
  const PageRef before = found == file.pages.end() ? nullptr : found->second;
  file.write(block, bytes);
  cached_.push_back({name, block, before, file.pages.at(block)});
}

void Files::sync(const std::string& name) {
  std::erase_if(cached_, [&](const Cached& each) { return each.name == name; });
}

void Files::lose_power(Random& random) {
  for (auto each = cached_.rbegin(); each != cached_.rend(); ++each) {
    File* file = find(each->name);
    if (file == nullptr || random.chance(300'000)) continue;
    const auto page = file->pages.find(each->block);
    if (page == file->pages.end() || page->second != each->now) continue;  // written again
    if (each->before == nullptr) {
      file->pages.erase(page);
    } else {
      page->second = each->before;
    }
  }
  cached_.clear();
}

bool Files::rot(const std::string& prefix, Random& random) {
  std::vector<std::pair<File*, std::uint64_t>> blocks;
  for (auto& [name, file] : files_) {
    if (!name.starts_with(prefix)) continue;
    for (const auto& [block, page] : file.pages) blocks.emplace_back(&file, block);
  }
  if (blocks.empty()) return false;
  // The end of the log is where damage is hardest to tell from a torn write. A write there that is
  // gone without a trace cannot be told from one that never was, by anybody: bits flip only.
  const std::size_t end = std::min<std::size_t>(blocks.size(), kEndBlocks);
  const bool at_end = random.chance(500'000) || blocks.size() == end;
  const std::size_t last = random.chance(300'000) ? std::min(end, kLastBlocks) : end;
  const auto& [file, block] = at_end ? blocks[blocks.size() - 1 - random.below(last)]
                                     : blocks[random.below(blocks.size() - end)];
  Page bytes = *file->pages.at(block);
  const std::uint64_t kind = at_end ? 0 : random.below(3);
  if (kind == 0)
    bytes[random.below(bytes.size())] ^= std::byte{1} << static_cast<int>(random.below(8));
  if (kind == 1) bytes.fill(std::byte{0});
  if (kind == 2) {
    const auto& [other, other_block] = blocks[random.below(blocks.size())];
    bytes = *other->pages.at(other_block);
  }
  file->write(block, bytes);
  return true;
}

}  // namespace decree::sim
