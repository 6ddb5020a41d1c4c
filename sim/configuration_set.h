// The states that the search for a linearization has to keep apart.
#ifndef DECREE_SIM_CONFIGURATION_SET_H_
#define DECREE_SIM_CONFIGURATION_SET_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/history.h"

namespace decree::sim {

/// A set of small integers.
class IndexSet {
 public:
  [[nodiscard]] bool contains(std::size_t index) const {
    return index / 64 < words_.size() && ((words_[index / 64] >> (index % 64)) & 1) != 0;
  }
  void insert(std::size_t index) {
    if (index / 64 >= words_.size()) words_.resize(index / 64 + 1);
    words_[index / 64] |= std::uint64_t{1} << (index % 64);
  }
  [[nodiscard]] bool subset_of(const IndexSet& other) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      const std::uint64_t theirs = i < other.words_.size() ? other.words_[i] : 0;
      if ((words_[i] & ~theirs) != 0) return false;
    }
    return true;
  }

 private:
  std::vector<std::uint64_t> words_;
};

/// One way to explain the history so far.
struct Configuration {
  Value value;                     // of the key, after what has taken effect
  std::uint64_t taken_effect = 0;  // of the done operations that are pending, by their seat
  IndexSet unknown_used;           // of the unknown operations, by their number
  std::size_t trace = 0;           // the order that leads here, see KeySearch
};

/// Configurations, without those that another one makes superfluous: whatever can follow a
/// configuration can also follow the same one with more unknown operations left to use.
class ConfigurationSet {
 public:
  /// False if the set already held one at least as good.
  bool insert(const Configuration& configuration);
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::vector<Configuration> take();

 private:
  struct Key {
    Value value;
    std::uint64_t taken_effect;
    bool operator==(const Key&) const = default;
  };
  struct HashKey {
    std::size_t operator()(const Key& key) const {
      return std::hash<Value>()(key.value) ^ (key.taken_effect * 0x9e3779b97f4a7c15u);
    }
  };
  std::unordered_map<Key, std::vector<Configuration>, HashKey> groups_;
  std::size_t size_ = 0;
};

}  // namespace decree::sim

#endif  // DECREE_SIM_CONFIGURATION_SET_H_
