// The keys, their values and when they expire.
#ifndef DECREE_EXAMPLES_KV_KEYSPACE_H_
#define DECREE_EXAMPLES_KV_KEYSPACE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace decree::kv {

/// Replicated state: it depends on nothing but the calls that changed it, in their order.
///
/// Time is part of that state. A replica's own clock decides nothing. The leader proposes ticks,
/// each with its time in milliseconds since 1970, and tick() is all that ever sets the clock:
///
///  - A command gives a key a time to live, not a time. The key *waits* until the next tick, which
///    turns that into an absolute time: the tick's plus the time to live. The leader proposes the
///    tick as soon as it has applied the command (see expirer.h).
///  - A key is dead when a tick removed it, and alive until then on every replica alike. Nothing
///    compares an expiry with any clock but a tick's.
///
/// Keys are ordered by a hash, not kept in a hash table: growth never stops the engine's thread to
/// rehash, and a SCAN sees each key that is there throughout, exactly once, whatever changes
/// meanwhile, also if it goes on at another replica.
class Keyspace {
 public:
  /// Long times to live and far clocks can be added without overflow.
  static constexpr std::int64_t kMaxTimeMs = std::numeric_limits<std::int64_t>::max() / 2;
  /// One tick removes no more, so that the engine's thread is not held; the next one goes on.
  static constexpr std::size_t kMaxRemovalsPerTick = 1000;

  /// `order` seeds the order in memory and of SCAN, and nothing else.
  explicit Keyspace(std::uint64_t order = 0) : order_(order) {}
  Keyspace(const Keyspace&) = delete;
  Keyspace& operator=(const Keyspace&) = delete;

  /// The value, or null; valid until the key changes.
  [[nodiscard]] const std::string* find(std::string_view key) const;
  /// Keeps the expiry of a key that was there; a new one has none.
  void set(std::string_view key, std::string_view value);
  void append(std::string_view key, std::string_view more);
  bool erase(std::string_view key);
  void clear();

  /// The key must be there; 0 < time_to_live_ms <= kMaxTimeMs.
  void expire(std::string_view key, std::int64_t time_to_live_ms);
  /// False if there was no expiry to take away.
  bool persist(std::string_view key);
  /// What is left at `now_ms`, at least 0; nothing if the key is missing or does not expire.
  [[nodiscard]] std::optional<std::int64_t> time_to_live(std::string_view key,
                                                         std::int64_t now_ms) const;

  /// Moves the clock to now_ms unless it is past that, fixes the expiry of keys that wait for it,
  /// and removes the keys that are due, the earliest first.
  void tick(std::int64_t now_ms);
  [[nodiscard]] std::int64_t clock_ms() const { return clock_ms_; }
  /// How many ticks there were.
  [[nodiscard]] std::uint64_t ticks() const { return ticks_; }
  /// True if a tick is needed to fix an expiry.
  [[nodiscard]] bool waits_for_tick() const { return !waiting_.empty(); }
  /// When the next key is due.
  [[nodiscard]] std::optional<std::int64_t> next_due() const;

  [[nodiscard]] std::size_t size() const { return records_.size(); }
  [[nodiscard]] std::size_t expiring() const { return waiting_.size() + due_.size(); }
  /// Of keys, values and what it takes to keep them, about.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// Over all keys, values and expiries; does not depend on the order in memory. O(1).
  [[nodiscard]] std::uint64_t hash() const { return hash_; }

  /// A key and all that is known of it. The times as in Record.
  struct Entry {
    std::string_view key;
    std::string_view value;
    std::int64_t waiting_ms = 0;
    std::int64_t due_ms = 0;
  };
  /// Shows all keys. Allocates nothing.
  template <typename Show>
  void for_each(Show show) const {
    for (const auto& [place, record] : records_) {
      show(Entry{place.key, record.value, record.waiting_ms, record.due_ms});
    }
  }
  /// Adds a key that was shown elsewhere; it is not here yet.
  void put(const Entry& entry);
  /// The clock of where it was shown.
  void set_time(std::int64_t clock_ms, std::uint64_t ticks);

  /// Shows about `count` keys from `cursor` on (0: from the first); returns where to go on, 0 after
  /// the last. `count` > 0.
  std::uint64_t scan(std::uint64_t cursor, std::size_t count,
                     const std::function<void(std::string_view key)>& show) const;

 private:
  struct Place {
    std::uint64_t hash;
    std::string key;
  };
  using PlaceView = std::pair<std::uint64_t, std::string_view>;
  struct Before {
    using is_transparent = void;
    static PlaceView view(const Place& p) { return {p.hash, p.key}; }
    static PlaceView view(const PlaceView& p) { return p; }
    bool operator()(const auto& a, const auto& b) const { return view(a) < view(b); }
  };
  struct Record {
    std::string value;
    std::uint64_t content_hash = 0;  // of key and value
    std::int64_t waiting_ms = 0;     // time to live that waits for a tick; 0: none
    std::int64_t due_ms = 0;         // absolute; 0: none
  };
  using Records = std::map<Place, Record, Before>;

  [[nodiscard]] PlaceView place_of(std::string_view key) const;
  [[nodiscard]] Records::const_iterator at(std::string_view key) const;
  Records::iterator at(std::string_view key);
  Records::iterator insert(std::string_view key);
  void changed(Records::iterator it);
  void forget_expiry(Records::iterator it);
  void remove(Records::iterator it);
  void fix_waiting();

  std::uint64_t order_;
  Records records_;
  std::set<std::string_view> waiting_;                       // views of keys in records_
  std::set<std::pair<std::int64_t, std::string_view>> due_;  // likewise, by time
  std::int64_t clock_ms_ = 0;
  std::uint64_t ticks_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t hash_ = 0;  // sum of the records' hashes, modulo 2^64
};

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_KEYSPACE_H_
