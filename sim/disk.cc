#include "sim/disk.h"

#include <algorithm>
#include <utility>

#include "paxos/assert.h"
#include "sim/draw.h"
#include "wal/format.h"

namespace decree::sim {

using wal::FileId;
using wal::kBlockSize;

namespace {

std::error_code error_of(std::errc code) { return std::make_error_code(code); }

/// A disk that has no room says so after a while (wal/disk.h).
constexpr Duration kFullPause = Duration::millis(10);

}  // namespace

CrashMode draw_crash_mode(Random& random) {
  constexpr std::uint64_t kSound = 5;  // the first ones
  return static_cast<CrashMode>(random.below(kSound));
}

Disk::Disk(Timeline& timeline, Files& files, const DiskMood& mood, Random random,
           std::function<void()> wake, std::function<void()> stop_here)
    : timeline_(timeline),
      files_(files),
      mood_(mood),
      random_(random),
      wake_(std::move(wake)),
      stop_here_(std::move(stop_here)) {}

Disk::~Disk() { *alive_ = false; }

std::error_code Disk::begin() const {
  if (crashed_) return error_of(std::errc::io_error);
  stop_here_();
  return {};
}

const std::string& Disk::name_of(FileId file) const {
  const auto found = open_.find(file);
  DECREE_ASSERT(found != open_.end(), "only open files are used");
  return found->second;
}

FileId Disk::add(const std::string& name) {
  const FileId file{next_file_++};
  open_[file] = name;
  return file;
}

// --- Slow calls.

std::error_code Disk::list(std::vector<std::string>& names) {
  for (const auto& [name, file] : files_.all()) names.push_back(name);
  return begin();
}

std::error_code Disk::open(const std::string& name, FileId& file, std::uint64_t& size) {
  if (const auto error = begin()) return error;
  const File* found = files_.find(name);
  if (found == nullptr) return error_of(std::errc::no_such_file_or_directory);
  file = add(name);
  size = found->size;
  return {};
}

std::error_code Disk::create(const std::string& name, std::span<const std::byte> head,
                             std::uint64_t size, FileId& file) {
  if (const auto error = begin()) return error;
  if (mood_.full) return error_of(std::errc::no_space_on_device);
  if (files_.find(name) != nullptr) return error_of(std::errc::file_exists);
  files_.put(name, head, size);
  file = add(name);
  return {};
}

std::error_code Disk::replace(const std::string& name, std::span<const std::byte> bytes) {
  if (const auto error = begin()) return error;
  files_.put(name, bytes, bytes.size());
  return {};
}

std::error_code Disk::rename(const std::string& from, const std::string& to) {
  if (const auto error = begin()) return error;
  const auto found = files_.all().find(from);
  if (found == files_.all().end()) return error_of(std::errc::no_such_file_or_directory);
  File file = std::move(found->second);
  files_.all().erase(found);
  files_.all()[to] = std::move(file);
  return {};
}

std::error_code Disk::remove(const std::string& name) {
  if (const auto error = begin()) return error;
  if (files_.all().erase(name) == 1) return {};
  return error_of(std::errc::no_such_file_or_directory);
}

std::error_code Disk::read(FileId file, std::uint64_t offset, std::span<std::byte> into) {
  if (const auto error = begin()) return error;
  if (mood_.fails_reads) return error_of(std::errc::io_error);
  const File* found = files_.find(name_of(file));
  if (found == nullptr || offset + into.size() > found->size) {
    return error_of(std::errc::invalid_argument);
  }
  found->read(offset, into);
  return {};
}

std::error_code Disk::sync(FileId file) {
  if (const auto error = begin()) return error;
  files_.sync(name_of(file));
  return {};
}

std::error_code Disk::write(FileId file, std::uint64_t offset, std::span<const std::byte> bytes) {
  if (const auto error = begin()) return error;
  if (mood_.fails_write) return error_of(std::errc::io_error);
  File* found = files_.find(name_of(file));
  for (std::uint64_t at = 0; at < bytes.size(); at += kBlockSize) {
    found->write((offset + at) / kBlockSize, bytes.subspan(at, kBlockSize));
  }
  return {};
}

void Disk::close(FileId file) { open_.erase(file); }

// --- Writes and creations under way.

void Disk::submit_write(FileId file, std::uint64_t offset, std::span<const std::byte> bytes,
                        std::uint64_t token) {
  if (begin()) return;
  DECREE_ASSERT(offset % kBlockSize == 0 && bytes.size() % kBlockSize == 0 && !bytes.empty(),
                "writes are whole blocks");
  const std::uint64_t id = next_id_++;
  writes_[id] = {name_of(file), offset, {bytes.begin(), bytes.end()}, token};
  unflushed_.push_back(id);
}

FileId Disk::submit_create(const std::string& name, std::span<const std::byte> head,
                           std::uint64_t size, std::uint64_t token) {
  const FileId file = add(name);
  if (begin()) return file;
  const std::uint64_t id = next_id_++;
  creations_[id] = {name, {head.begin(), head.end()}, size, token};
  schedule([this, id] { end_creation(id); });
  return file;
}

FileId Disk::submit_reuse(const std::string& from, const std::string& name,
                          std::span<const std::byte> head, std::uint64_t token) {
  const FileId file = add(name);
  if (begin()) return file;
  const std::uint64_t id = next_id_++;
  creations_[id] = {name, {head.begin(), head.end()}, 0, token, from};
  schedule([this, id] { end_creation(id); });
  return file;
}

void Disk::submit_file(const std::string& name, std::unique_ptr<wal::FileSource> source,
                       std::uint64_t token) {
  if (begin()) return;
  std::optional<std::vector<std::byte>> bytes = wal::contents_of(*source);
  if (!bytes)
    return schedule([this, token] { end(token, error_of(std::errc::operation_canceled)); });
  const std::uint64_t id = next_id_++;
  const std::uint64_t size = bytes->size();
  creations_[id] = {name, std::move(*bytes), size, token};
  schedule([this, id] { end_creation(id); });
}

void Disk::submit_remove(const std::string& name, std::uint64_t token) {
  if (begin()) return;
  const std::uint64_t id = next_id_++;
  creations_[id] = {name, {}, 0, token, {}, true};
  schedule([this, id] { end_creation(id); });
}

void Disk::submit_check(const std::string& name, std::uint64_t offset, std::uint64_t bytes,
                        Check check, std::uint64_t token) {
  if (begin()) return;
  schedule([this, pending = PendingCheck{name, offset, bytes, std::move(check), token}] {
    end_check(pending);
  });
}

void Disk::end_check(const PendingCheck& pending) {
  if (crashed_ || waits_for_stall([this, pending] { end_check(pending); })) return;
  end(pending.token, carry_out(pending));
}

std::error_code Disk::carry_out(const PendingCheck& pending) {
  const File* found = files_.find(pending.name);
  if (found == nullptr) return error_of(std::errc::no_such_file_or_directory);
  if (mood_.fails_reads || pending.offset + pending.bytes > found->size) {
    return error_of(std::errc::io_error);
  }
  std::vector<std::byte> bytes(pending.bytes);
  found->read(pending.offset, bytes);
  return pending.check(bytes) ? std::error_code() : error_of(std::errc::bad_message);
}

void Disk::make(const Creation& creation) {
  if (creation.remove) {
    files_.all().erase(creation.name);
    return;
  }
  if (creation.from.empty()) return files_.put(creation.name, creation.head, creation.size);
  const auto found = files_.all().find(creation.from);
  DECREE_ASSERT(found != files_.all().end(), "a file that is used again is there");
  File file = std::move(found->second);
  files_.all().erase(found);
  file.write(0, creation.head);
  files_.all()[creation.name] = std::move(file);
}

/// Power is lost in the middle of it.
void Disk::leave_unfinished(const Creation& creation) {
  if (!(mood_.full && creation.needs_room()) && random_.chance(500'000)) return make(creation);
  if (!creation.from.empty() && random_.chance(500'000))
    files_.find(creation.from)->write(0, creation.head);
}

void Disk::flush() {
  for (const std::uint64_t id : std::exchange(unflushed_, {})) {
    schedule([this, id] { end_write(id); });
  }
}

void Disk::schedule(std::function<void()> end) {
  Duration delay = mood_.latency + draw_up_to(random_, mood_.spread);
  if (random_.chance(mood_.tail_ppm)) delay = delay * 100;
  const Time when = std::max(timeline_.now() + delay, mood_.stalled_until);
  timeline_.at(when, [alive = alive_, end = std::move(end)] {
    if (*alive) end();
  });
}

/// A stall that began meanwhile holds back what had not ended.
bool Disk::waits_for_stall(std::function<void()> end) {
  if (timeline_.now() >= mood_.stalled_until) return false;
  timeline_.at(mood_.stalled_until, [alive = alive_, end = std::move(end)] {
    if (*alive) end();
  });
  return true;
}

void Disk::end(std::uint64_t token, std::error_code error) {
  done_.push_back({token, error});
  wake_();
}

void Disk::end_write(std::uint64_t id) {
  if (crashed_ || waits_for_stall([this, id] { end_write(id); })) return;
  const Write write = std::move(writes_.at(id));
  writes_.erase(id);
  if (mood_.fails_write) {
    lose(write, CrashMode::some_blocks);
    return end(write.token, error_of(std::errc::io_error));
  }
  put_blocks(write, 0, write.bytes.size() / kBlockSize);
  end(write.token, {});
}

void Disk::end_creation(std::uint64_t id) {
  if (crashed_ || waits_for_stall([this, id] { end_creation(id); })) return;
  if (mood_.full && creations_.at(id).needs_room()) {
    timeline_.after(kFullPause, [alive = alive_, this, id] {
      if (!*alive || crashed_) return;
      const std::uint64_t token = creations_.at(id).token;
      creations_.erase(id);
      end(token, error_of(std::errc::no_space_on_device));
    });
    return;
  }
  const Creation creation = std::move(creations_.at(id));
  creations_.erase(id);
  make(creation);
  end(creation.token, {});
}

void Disk::poll(std::vector<wal::Completion>& completions) {
  if (crashed_) return;
  stop_here_();
  completions.insert(completions.end(), done_.begin(), done_.end());
  done_.clear();
}

// --- Power loss.

void Disk::put_blocks(const Write& write, std::size_t first, std::size_t count) {
  File* file = files_.find(write.name);
  DECREE_ASSERT(file != nullptr, "what is written to is there");
  const std::uint64_t end = write.offset + (first + count) * kBlockSize;
  DECREE_ASSERT(end <= file->size || !wal::segment_number(write.name), "segments do not grow");
  file->size = std::max(file->size, end);
  for (std::size_t i = first; i < first + count; ++i) {
    file->write(write.offset / kBlockSize + i,
                std::span(write.bytes).subspan(i * kBlockSize, kBlockSize));
  }
}

/// A block lands behind its place, where nothing was written yet.
void Disk::misdirect(const Write& write, std::size_t block) {
  File* file = files_.find(write.name);
  const std::uint64_t place = write.offset / kBlockSize + block + random_.between(1, 8);
  if (place >= file->size / kBlockSize || file->pages.contains(place)) return;
  file->write(place, std::span(write.bytes).subspan(block * kBlockSize, kBlockSize));
}

void Disk::lose(const Write& write, CrashMode mode) {
  const std::size_t blocks = write.bytes.size() / kBlockSize;
  switch (mode) {
    case CrashMode::nothing:
      return;
    case CrashMode::everything:
      return put_blocks(write, 0, blocks);
    case CrashMode::first_blocks:
      return put_blocks(write, 0, random_.below(blocks + 1));
    case CrashMode::some_blocks:
      for (std::size_t i = 0; i < blocks; ++i) {
        if (random_.chance(500'000)) put_blocks(write, i, 1);
      }
      return;
    case CrashMode::misdirected:
      for (std::size_t i = 0; i < blocks; ++i) misdirect(write, i);
      return;
    case CrashMode::killed:
      for (std::size_t i = 0; i < blocks; ++i) {
        files_.write_cached(write.name, write.offset / kBlockSize + i,
                            std::span(write.bytes).subspan(i * kBlockSize, kBlockSize));
      }
  }
}

void Disk::crash(CrashMode mode) {
  if (std::exchange(crashed_, true)) return;
  if (mode != CrashMode::killed) files_.lose_power(random_);
  for (const auto& [id, write] : writes_) {
    // Writes are under way side by side: each loses in its own way.
    const bool whole = mode == CrashMode::some_blocks && random_.chance(300'000);
    lose(write, whole ? CrashMode::everything : mode);
  }
  // A file gets its name when it is durable, so one that was being made may be there or not.
  for (const auto& [id, creation] : creations_) {
    leave_unfinished(creation);
  }
  writes_.clear();
  creations_.clear();
  unflushed_.clear();
  done_.clear();
}

}  // namespace decree::sim
