// A replicated counter: the minimum program that embeds Decree. Started without arguments it is a
// group of one; with "1 3", "2 3" and "3 3" in three terminals, three replicas of one group.
#include <boost/asio/use_future.hpp>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include "decree/replica.h"

class Counter : public decree::StateMachine {
 public:
  void apply(const decree::Entry& entry, decree::Reply& reply) override {
    value_ += entry.text() == "increment" ? 1 : 0;
    reply.assign(std::to_string(value_));
  }
  std::unique_ptr<decree::SnapshotView> snapshot() override {
    return std::make_unique<decree::CopiedState>(std::to_string(value_));
  }
  void restore(decree::SnapshotReader& reader) override { value_ = std::stol(read_all(reader)); }

 private:
  long value_ = 0;
};

decree::Options options_of(unsigned id, unsigned replicas) {
  decree::Options options;
  options.cluster = 1;
  options.id = decree::ReplicaId{id};
  for (unsigned i = 1; i <= replicas; ++i) {
    options.members.push_back({decree::ReplicaId{i}, "127.0.0.1", static_cast<uint16_t>(7300 + i)});
  }
  options.directory = "counter-" + std::to_string(id);
  return options;
}

int main(int argc, char** argv) try {
  const auto id = static_cast<unsigned>(argc > 1 ? std::atoi(argv[1]) : 1);
  const auto replicas = static_cast<unsigned>(argc > 2 ? std::atoi(argv[2]) : 1);
  Counter counter;
  decree::Replica replica = decree::Replica::open(options_of(id, replicas), counter);
  for (std::string line; std::cout << "Enter increments: " && std::getline(std::cin, line);) {
    try {
      const auto reply = replica.async_propose("increment", boost::asio::use_future).get();
      std::cout << reply.text() << " in slot " << reply.token.slot.value << '\n';
    } catch (const boost::system::system_error& error) {
      std::cout << error.what() << '\n';
    }
  }
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
