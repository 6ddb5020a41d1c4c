#include "tests/support/memory_disk.h"

#include <algorithm>
#include <utility>

#include "paxos/assert.h"
#include "wal/format.h"

namespace decree::wal {
namespace {

std::error_code make(std::errc code) { return std::make_error_code(code); }

std::vector<std::byte> content(std::span<const std::byte> head, std::uint64_t size) {
  std::vector<std::byte> bytes(size);
  std::copy(head.begin(), head.end(), bytes.begin());
  return bytes;
}

}  // namespace

std::error_code MemoryDisk::dead() const {
  return crashed_ ? make(std::errc::io_error) : std::error_code();
}

std::string MemoryDisk::name_of(FileId file) const {
  const auto found = open_.find(file);
  DECREE_ASSERT(found != open_.end(), "only open files are used");
  return found->second;
}

FileId MemoryDisk::add_file(const std::string& name) {
  const FileId file{next_file_++};
  open_[file] = name;
  return file;
}

std::error_code MemoryDisk::list(std::vector<std::string>& names) {
  for (const auto& [name, bytes] : files_) names.push_back(name);
  return dead();
}

std::error_code MemoryDisk::open(const std::string& name, FileId& file, std::uint64_t& size) {
  if (crashed_) return dead();
  const auto found = files_.find(name);
  if (found == files_.end()) return make(std::errc::no_such_file_or_directory);
  file = add_file(name);
  size = found->second.size();
  return {};
}

std::error_code MemoryDisk::create(const std::string& name, std::span<const std::byte> head,
                                   std::uint64_t size, FileId& file) {
  if (crashed_) return dead();
  if (full_) return make(std::errc::no_space_on_device);
  if (files_.count(name) != 0) return make(std::errc::file_exists);
  files_[name] = content(head, size);
  file = add_file(name);
  return {};
}

std::error_code MemoryDisk::replace(const std::string& name, std::span<const std::byte> bytes) {
  if (crashed_) return dead();
  files_[name].assign(bytes.begin(), bytes.end());
  return {};
}

std::error_code MemoryDisk::rename(const std::string& from, const std::string& to) {
  if (crashed_) return dead();
  const auto found = files_.find(from);
  if (found == files_.end()) return make(std::errc::no_such_file_or_directory);
  files_[to] = std::move(found->second);
  files_.erase(from);
  return {};
}

std::error_code MemoryDisk::remove(const std::string& name) {
  if (crashed_) return dead();
  return files_.erase(name) == 1 ? std::error_code() : make(std::errc::no_such_file_or_directory);
}

std::error_code MemoryDisk::read(FileId file, std::uint64_t offset, std::span<std::byte> into) {
  if (crashed_) return dead();
  std::span<const std::byte> found;
  if (const auto error = find(name_of(file), offset, into.size(), found)) return error;
  std::ranges::copy(found, into.begin());
  bytes_read_ += into.size();
  return {};
}

std::error_code MemoryDisk::find(const std::string& name, std::uint64_t offset, std::uint64_t size,
                                 std::span<const std::byte>& found) const {
  const std::uint64_t bad = unreadable_block_.value_or(offset / kBlockSize) * kBlockSize;
  if (name == unreadable_ && offset <= bad && bad < offset + size) {
    return make(std::errc::io_error);
  }
  const auto file = files_.find(name);
  if (file == files_.end()) return make(std::errc::no_such_file_or_directory);
  if (offset + size > file->second.size()) return make(std::errc::invalid_argument);
  found = std::span(file->second).subspan(offset, size);
  return {};
}

std::error_code MemoryDisk::sync(FileId file) {
  DECREE_ASSERT(open_.count(file) == 1, "only open files are synced");
  return dead();
}

std::error_code MemoryDisk::write(FileId file, std::uint64_t offset,
                                  std::span<const std::byte> bytes) {
  if (crashed_) return dead();
  apply({name_of(file), offset, {bytes.begin(), bytes.end()}, 0}, 0, bytes.size() / kBlockSize);
  return {};
}

void MemoryDisk::close(FileId file) { open_.erase(file); }

void MemoryDisk::submit_write(FileId file, std::uint64_t offset, std::span<const std::byte> bytes,
                              std::uint64_t token) {
  DECREE_ASSERT(offset % kBlockSize == 0 && bytes.size() % kBlockSize == 0 && !bytes.empty(),
                "writes are whole blocks");
  DECREE_ASSERT(reinterpret_cast<std::uintptr_t>(bytes.data()) % kBlockSize == 0,
                "writes come from aligned memory");
  if (observer_) observer_(bytes);
  outstanding_.push_back({name_of(file), offset, {bytes.begin(), bytes.end()}, token});
}

FileId MemoryDisk::submit_create(const std::string& name, std::span<const std::byte> head,
                                 std::uint64_t size, std::uint64_t token) {
  creations_.push_back({name, {head.begin(), head.end()}, size, token});
  return add_file(name);
}

FileId MemoryDisk::submit_reuse(const std::string& from, const std::string& name,
                                std::span<const std::byte> head, std::uint64_t token) {
  creations_.push_back({name, {head.begin(), head.end()}, 0, token, from});
  return add_file(name);
}

void MemoryDisk::submit_file(const std::string& name, std::unique_ptr<FileSource> source,
                             std::uint64_t token) {
  std::optional<std::vector<std::byte>> bytes = contents_of(*source);
  if (!bytes) return done_.push_back({token, make(std::errc::operation_canceled)});
  const std::uint64_t size = bytes->size();
  creations_.push_back({name, std::move(*bytes), size, token, {}, false, true});
}

void MemoryDisk::submit_remove(const std::string& name, std::uint64_t token) {
  creations_.push_back({name, {}, 0, token, {}, true});
}

void MemoryDisk::submit_check(const std::string& name, std::uint64_t offset, std::uint64_t bytes,
                              Check check, std::uint64_t token) {
  checks_.push_back({name, offset, bytes, std::move(check), token});
}

std::error_code MemoryDisk::carry_out(const PendingCheck& check) const {
  std::span<const std::byte> found;
  if (const auto error = find(check.name, check.offset, check.bytes, found)) return error;
  return check.check(found) ? std::error_code() : make(std::errc::bad_message);
}

void MemoryDisk::carry_out(const Creation& creation) {
  if (creation.remove) {
    files_.erase(creation.name);
    return;
  }
  if (creation.from.empty()) {
    files_[creation.name] = content(creation.head, creation.size);
    return;
  }
  std::vector<std::byte> bytes = std::move(files_.at(creation.from));
  files_.erase(creation.from);
  std::copy(creation.head.begin(), creation.head.end(), bytes.begin());
  files_[creation.name] = std::move(bytes);
}

void MemoryDisk::apply(const Write& write, std::size_t first_block, std::size_t blocks) {
  std::vector<std::byte>& bytes = files_.at(write.name);
  const std::uint64_t start = first_block * kBlockSize;
  const std::uint64_t end = write.offset + write.bytes.size();
  DECREE_ASSERT(end <= bytes.size() || !segment_number(write.name), "segments do not grow");
  bytes.resize(std::max<std::size_t>(bytes.size(), end));
  std::copy_n(write.bytes.begin() + static_cast<std::ptrdiff_t>(start), blocks * kBlockSize,
              bytes.begin() + static_cast<std::ptrdiff_t>(write.offset + start));
}

void MemoryDisk::finish(Write write) {
  const std::error_code error = write_error_ ? *std::exchange(write_error_, {}) : dead();
  if (!error) apply(write, 0, write.bytes.size() / kBlockSize);
  done_.push_back({write.token, error});
}

void MemoryDisk::complete(std::size_t index) {
  DECREE_ASSERT(index < flushed_, "only flushed writes complete");
  Write write = std::move(outstanding_[index]);
  outstanding_.erase(outstanding_.begin() + static_cast<std::ptrdiff_t>(index));
  --flushed_;
  finish(std::move(write));
}

void MemoryDisk::poll(std::vector<Completion>& completions) {
  while (!hold_ && flushed_ > 0) complete(0);
  while (!crashed_) {
    const auto next =
        std::ranges::find_if(creations_, [&](const Creation& each) { return !is_held(each); });
    if (next == creations_.end()) break;
    const Creation creation = std::move(*next);
    creations_.erase(next);
    const bool refused = full_ && needs_room(creation);
    if (!refused) carry_out(creation);
    done_.push_back(
        {creation.token, refused ? make(std::errc::no_space_on_device) : std::error_code()});
  }
  if (!hold_creations_ && !crashed_) {
    for (const PendingCheck& check : std::exchange(checks_, {})) {
      done_.push_back({check.token, carry_out(check)});
    }
  }
  completions.insert(completions.end(), done_.begin(), done_.end());
  done_.clear();
}

void MemoryDisk::crash(const std::function<bool()>& survives) {
  for (const Write& write : outstanding_) {
    for (std::size_t block = 0; block < write.bytes.size() / kBlockSize; ++block) {
      if (survives()) apply(write, block, 1);
    }
  }
  // A file gets its name when it is durable, so one that was being made may be there or not.
  for (const Creation& creation : creations_) {
    if ((!full_ || !needs_room(creation)) && survives()) {
      carry_out(creation);
    } else if (!creation.from.empty() && survives()) {  // not renamed
      std::copy(creation.head.begin(), creation.head.end(), files_.at(creation.from).begin());
    }
  }
  outstanding_.clear();
  creations_.clear();
  checks_.clear();
  done_.clear();
  flushed_ = 0;
  crashed_ = true;
}

}  // namespace decree::wal
