#include "examples/kv/keyspace.h"

#include <xxhash.h>

#include <algorithm>

namespace decree::kv {
namespace {

// Of a node of a map and of a set, about.
constexpr std::size_t kRecordOverhead = 192;

std::uint64_t hash_of(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace

// 0 is where a scan begins and ends, so no key stands there.
Keyspace::PlaceView Keyspace::place_of(std::string_view key) const {
  return {std::max<std::uint64_t>(hash_of(key, order_), 1), key};
}

Keyspace::Records::const_iterator Keyspace::at(std::string_view key) const {
  return records_.find(place_of(key));
}

Keyspace::Records::iterator Keyspace::at(std::string_view key) {
  return records_.find(place_of(key));
}

const std::string* Keyspace::find(std::string_view key) const {
  const auto it = at(key);
  return it == records_.end() ? nullptr : &it->second.value;
}

namespace {

template <typename Record>
std::uint64_t entry_hash(const Record& record) {
  const std::int64_t times[2] = {record.waiting_ms, record.due_ms};
  return XXH3_64bits_withSeed(times, sizeof times, record.content_hash);
}

}  // namespace

Keyspace::Records::iterator Keyspace::insert(std::string_view key) {
  const PlaceView place = place_of(key);
  const auto it = records_.lower_bound(place);
  if (it != records_.end() && Before::view(it->first) == place) {
    hash_ -= entry_hash(it->second);
    bytes_ -= it->second.value.size();
    return it;
  }
  bytes_ += key.size() + kRecordOverhead;
  return records_.emplace_hint(it, Place{place.first, std::string(key)}, Record{});
}

// The end of what insert() began.
void Keyspace::changed(Records::iterator it) {
  Record& record = it->second;
  record.content_hash = hash_of(record.value, hash_of(it->first.key, 0));
  hash_ += entry_hash(record);
  bytes_ += record.value.size();
}

void Keyspace::set(std::string_view key, std::string_view value) {
  const auto it = insert(key);
  it->second.value =
      std::string(value);  // not assign(): a short value gives up a long one's memory
  changed(it);
}

void Keyspace::put(const Entry& entry) {
  const auto it = insert(entry.key);
  Record& record = it->second;
  record.value = std::string(entry.value);
  record.waiting_ms = entry.waiting_ms;
  record.due_ms = entry.due_ms;
  if (record.waiting_ms != 0) waiting_.insert(it->first.key);
  if (record.due_ms != 0) due_.insert({record.due_ms, it->first.key});
  changed(it);
}

void Keyspace::set_time(std::int64_t clock_ms, std::uint64_t ticks) {
  clock_ms_ = clock_ms;
  ticks_ = ticks;
}

void Keyspace::append(std::string_view key, std::string_view more) {
  const auto it = insert(key);
  it->second.value += more;
  changed(it);
}

void Keyspace::forget_expiry(Records::iterator it) {
  Record& record = it->second;
  if (record.waiting_ms != 0) {
    waiting_.erase(it->first.key);
  } else if (record.due_ms != 0) {
    due_.erase({record.due_ms, it->first.key});
  }
  record.waiting_ms = 0;
  record.due_ms = 0;
}

void Keyspace::remove(Records::iterator it) {
  hash_ -= entry_hash(it->second);
  bytes_ -= it->first.key.size() + it->second.value.size() + kRecordOverhead;
  forget_expiry(it);
  records_.erase(it);
}

bool Keyspace::erase(std::string_view key) {
  const auto it = at(key);
  if (it == records_.end()) {
    return false;
  }
  remove(it);
  return true;
}

void Keyspace::clear() {
  waiting_.clear();
  due_.clear();
  records_.clear();
  bytes_ = 0;
  hash_ = 0;
}

void Keyspace::expire(std::string_view key, std::int64_t time_to_live_ms) {
  const auto it = at(key);
  hash_ -= entry_hash(it->second);
  forget_expiry(it);
  it->second.waiting_ms = time_to_live_ms;
  waiting_.insert(it->first.key);
  hash_ += entry_hash(it->second);
}

bool Keyspace::persist(std::string_view key) {
  const auto it = at(key);
  if (it == records_.end() || (it->second.waiting_ms == 0 && it->second.due_ms == 0)) {
    return false;
  }
  hash_ -= entry_hash(it->second);
  forget_expiry(it);
  hash_ += entry_hash(it->second);
  return true;
}

std::optional<std::int64_t> Keyspace::time_to_live(std::string_view key,
                                                   std::int64_t now_ms) const {
  const auto it = at(key);
  if (it == records_.end()) {
    return std::nullopt;
  }
  if (it->second.waiting_ms != 0) {
    return it->second.waiting_ms;
  }
  if (it->second.due_ms == 0) {
    return std::nullopt;
  }
  return std::max<std::int64_t>(it->second.due_ms - now_ms, 0);
}

void Keyspace::fix_waiting() {
  for (const std::string_view key : waiting_) {
    const auto it = at(key);
    Record& record = it->second;
    hash_ -= entry_hash(record);
    record.due_ms = clock_ms_ + record.waiting_ms;
    record.waiting_ms = 0;
    due_.emplace(record.due_ms, it->first.key);
    hash_ += entry_hash(record);
  }
  waiting_.clear();
}

void Keyspace::tick(std::int64_t now_ms) {
  clock_ms_ = std::max(clock_ms_, std::min(now_ms, kMaxTimeMs));
  ++ticks_;
  fix_waiting();
  for (std::size_t removed = 0; removed < kMaxRemovalsPerTick; ++removed) {
    if (due_.empty() || due_.begin()->first > clock_ms_) {
      break;
    }
    remove(at(due_.begin()->second));
  }
}

std::optional<std::int64_t> Keyspace::next_due() const {
  return due_.empty() ? std::nullopt : std::optional(due_.begin()->first);
}

// Keys of one hash are shown together, because a cursor cannot point between them.
std::uint64_t Keyspace::scan(std::uint64_t cursor, std::size_t count,
                             const std::function<void(std::string_view key)>& show) const {
  auto it = records_.lower_bound(PlaceView{cursor, {}});
  std::uint64_t last = 0;
  for (std::size_t shown = 0; it != records_.end(); ++it, ++shown) {
    if (shown >= count && it->first.hash != last) {
      return it->first.hash;
    }
    last = it->first.hash;
    show(it->first.key);
  }
  return 0;
}

}  // namespace decree::kv
