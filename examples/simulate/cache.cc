// How to simulate a state machine of your own, by one that has a bug: a bounded cache that evicts
// what was used longest ago, and takes a read for a use. Commands reach every replica and reads
// only one, so the replicas evict different keys. Try: decree-simulate --seeds 100
#include <list>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>

#include "decree/sim.h"

namespace {

/// A command is a key of one letter, then its value. The reply is the key that was evicted, if any.
class Cache final : public decree::StateMachine {
 public:
  void apply(const decree::Entry& entry, decree::Reply& reply) override {
    const std::string_view command = entry.text();
    entries_.remove_if([&](const Kept& kept) { return kept.key == command.at(0); });
    entries_.push_front({command.at(0), std::string(command.substr(1))});
    if (entries_.size() <= kCapacity) return;
    reply.assign(std::string_view(&entries_.back().key, 1));
    entries_.pop_back();
  }

  std::unique_ptr<decree::SnapshotView> snapshot() override {
    std::string text;
    for (const Kept& each : entries_) text += each.key + each.value + '\n';
    return std::make_unique<decree::CopiedState>(text);
  }
  void restore(decree::SnapshotReader& reader) override {
    entries_.clear();
    std::istringstream lines(read_all(reader));
    for (std::string line; std::getline(lines, line);) {
      entries_.push_back({line.at(0), line.substr(1)});
    }
  }

  std::string get(char key) {
    for (auto each = entries_.begin(); each != entries_.end(); ++each) {
      if (each->key != key) continue;
      entries_.splice(entries_.begin(), entries_, each);  // the bug: a read changes the state
      return each->value;
    }
    return "none";
  }

  [[nodiscard]] std::string print() const {
    std::string text;
    for (const Kept& each : entries_) text += std::string(1, each.key) + "=" + each.value + " ";
    return text;
  }

 private:
  struct Kept {
    char key;
    std::string value;
  };
  static constexpr std::size_t kCapacity = 4;

  std::list<Kept> entries_;  // the one that was used last comes first
};

class CacheSubject final : public decree::sim::Subject {
 public:
  [[nodiscard]] std::unique_ptr<decree::StateMachine> make_machine() const override {
    return std::make_unique<Cache>();
  }
  [[nodiscard]] std::string next_command(decree::sim::Random& random) const override {
    return next_query(random) + std::to_string(random.below(1000));
  }
  [[nodiscard]] std::string next_query(decree::sim::Random& random) const override {
    return std::string(1, static_cast<char>('a' + random.below(8)));
  }
  [[nodiscard]] std::string answer(decree::StateMachine& machine,
                                   std::string_view query) const override {
    return static_cast<Cache&>(machine).get(query.at(0));
  }
  [[nodiscard]] std::string state(const decree::StateMachine& machine) const override {
    return static_cast<const Cache&>(machine).print();
  }
};

}  // namespace

int main(int argc, char** argv) { return decree::sim::main(argc, argv, CacheSubject()); }
