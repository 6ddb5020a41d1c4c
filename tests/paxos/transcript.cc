#include "tests/paxos/transcript.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "tests/paxos/world.h"

namespace decree::paxos::test {

namespace {

class Player {
 public:
  std::string play(std::string_view transcript);

 private:
  using Words = std::vector<std::string>;
  using Command = void (Player::*)(const Words&);

  void run(const std::string& line);
  static const std::map<std::string, Command>& commands();

  void replicas(const Words& words);
  void campaign(const Words& words);
  void propose(const Words& words);
  void open(const Words& words);
  void deliver(const Words& words);
  void lose(const Words& words);
  void late(const Words& words);
  void durable(const Words& words);
  void crash(const Words& words);
  void restart(const Words& words);
  void connect(const Words& words);
  void cut(const Words& words);
  void cut_late(const Words& words);
  void heartbeat(const Words& words);
  void remind(const Words& words);
  void step_down(const Words& words);
  void settle(const Words& words);
  void show(const Words& words);

  World& world();
  ReplicaId id(const Words& words, std::size_t index);
  std::pair<ReplicaId, ReplicaId> link(const Words& words);
  static std::size_t count(const Words& words, std::size_t index, std::size_t all,
                           std::size_t none);
  void end_turn(ReplicaId replica);
  void for_links(const Words& words, const std::function<void(ReplicaId, ReplicaId)>& act);
  bool settle_once(const std::vector<ReplicaId>& among);
  World::Sink sink() {
    return [this](const std::string& line) { output_ += "  " + line + "\n"; };
  }

  std::optional<World> world_;
  bool turn_goes_on_ = false;
  std::string output_;
};

[[noreturn]] void bad_command(const std::string& what) { throw std::invalid_argument(what); }

std::string Player::play(std::string_view transcript) {
  std::istringstream lines{std::string(transcript)};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(' ')) continue;
    output_ += line + "\n";
    if (!line.empty() && !line.starts_with('#')) run(line);
  }
  return output_;
}

void Player::run(const std::string& line) {
  std::istringstream stream(line);
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  turn_goes_on_ = words.back() == "&";
  if (turn_goes_on_) words.pop_back();
  const auto command = commands().find(words.at(0));
  if (command == commands().end()) bad_command("no such command: " + line);
  (this->*command->second)(words);
}

const std::map<std::string, Player::Command>& Player::commands() {
  static const std::map<std::string, Command> all{
      {"replicas", &Player::replicas}, {"campaign", &Player::campaign},
      {"propose", &Player::propose},   {"open", &Player::open},
      {"deliver", &Player::deliver},   {"late", &Player::late},
      {"lose", &Player::lose},         {"durable", &Player::durable},
      {"crash", &Player::crash},       {"restart", &Player::restart},
      {"connect", &Player::connect},   {"cut", &Player::cut},
      {"cut-late", &Player::cut_late}, {"heartbeat", &Player::heartbeat},
      {"remind", &Player::remind},     {"step-down", &Player::step_down},
      {"settle", &Player::settle},     {"show", &Player::show}};
  return all;
}

// --- Reading a command.

World& Player::world() {
  if (!world_) bad_command("the first command is: replicas N");
  return *world_;
}

ReplicaId Player::id(const Words& words, std::size_t index) {
  if (index >= words.size()) bad_command(words[0] + ": which replica?");
  const ReplicaId replica{static_cast<std::uint32_t>(std::stoul(words[index]))};
  if (std::ranges::count(world().ids(), replica) == 0) bad_command("no replica " + words[index]);
  return replica;
}

std::pair<ReplicaId, ReplicaId> Player::link(const Words& words) {
  const std::size_t arrow = words.at(1).find("->");
  if (arrow == std::string::npos) bad_command(words[0] + ": which link, I->J?");
  const Words ends{words[0], words[1].substr(0, arrow), words[1].substr(arrow + 2)};
  return {id(ends, 1), id(ends, 2)};
}

std::size_t Player::count(const Words& words, std::size_t index, std::size_t all,
                          std::size_t none) {
  if (index >= words.size()) return none;
  return words[index] == "all" ? all : std::stoul(words[index]);
}

void Player::end_turn(ReplicaId replica) {
  if (!turn_goes_on_ && world().up(replica)) world().turn(replica);
}

void Player::for_links(const Words& words, const std::function<void(ReplicaId, ReplicaId)>& act) {
  if (words.at(1).find("->") != std::string::npos) {
    const auto [from, to] = link(words);
    act(from, to);
  } else {
    act(id(words, 1), id(words, 2));
    act(id(words, 2), id(words, 1));
  }
}

// --- Commands.

void Player::replicas(const Words& words) {
  world_.emplace(std::stoul(words.at(1)));
  for (ReplicaId from : world().ids()) {
    for (ReplicaId to : world().ids()) {
      if (from != to) world().connect(from, to);
    }
  }
  for (ReplicaId replica : world().ids()) world().turn(replica);
  world().tell_to(sink());
}

void Player::campaign(const Words& words) {
  world().campaign(id(words, 1));
  end_turn(id(words, 1));
}

void Player::propose(const Words& words) {
  world().propose(id(words, 1), command(words.at(2), count(words, 3, 0, 0)));
  end_turn(id(words, 1));
}

void Player::open(const Words& words) {
  world().open(id(words, 1));
  end_turn(id(words, 1));
}

void Player::deliver(const Words& words) {
  const auto [from, to] = link(words);
  for (std::size_t left = count(words, 2, world().under_way(from, to), 1); left > 0; --left) {
    if (!world().deliver(from, to)) bad_command("nothing is under way: " + words[1]);
    end_turn(to);
  }
}

void Player::lose(const Words& words) {
  const auto [from, to] = link(words);
  if (!world().lose(from, to)) bad_command("nothing is under way: " + words[1]);
}

void Player::late(const Words& words) {
  const auto [from, to] = link(words);
  for (std::size_t left = count(words, 2, world().late(from, to), 1); left > 0; --left) {
    if (!world().deliver_late(from, to)) bad_command("nothing is late: " + words[1]);
    end_turn(to);
  }
}

void Player::durable(const Words& words) {
  const ReplicaId replica = id(words, 1);
  const std::size_t all = world().pending_appends(replica);
  if (all == 0) bad_command("nothing to make durable at " + words[1]);
  world().durable(replica, count(words, 2, all, all));
  end_turn(replica);
}

void Player::crash(const Words& words) { world().crash(id(words, 1)); }

void Player::restart(const Words& words) {
  const ReplicaId replica = id(words, 1);
  world().restart(replica);
  output_ += "  " + words[1] + " " + world().summary(replica) + "\n";
  end_turn(replica);
}

void Player::connect(const Words& words) {
  for_links(words, [this](ReplicaId from, ReplicaId to) {
    world().connect(from, to);
    end_turn(from);
  });
}

void Player::cut(const Words& words) {
  for_links(words, [this](ReplicaId from, ReplicaId to) {
    world().cut(from, to, InFlight::lost);
    end_turn(from);
  });
}

void Player::cut_late(const Words& words) {
  for_links(words, [this](ReplicaId from, ReplicaId to) {
    world().cut(from, to, InFlight::late);
    end_turn(from);
  });
}

void Player::heartbeat(const Words& words) {
  world().heartbeat(id(words, 1));
  end_turn(id(words, 1));
}

void Player::remind(const Words& words) {
  world().remind(id(words, 1));
  end_turn(id(words, 1));
}

void Player::step_down(const Words& words) {
  world().step_down(id(words, 1));
  end_turn(id(words, 1));
}

void Player::settle(const Words& words) {
  std::vector<ReplicaId> among;
  for (std::size_t word = 1; word < words.size(); ++word) among.push_back(id(words, word));
  if (among.empty()) among = world().ids();
  std::erase_if(among, [this](ReplicaId replica) { return !world().up(replica); });
  world().tell_to({});
  while (settle_once(among)) {
  }
  world().tell_to(sink());
  show(words);
}

bool Player::settle_once(const std::vector<ReplicaId>& among) {
  bool busy = false;
  for (ReplicaId to : among) {
    const std::size_t pending = world().pending_appends(to);
    if (pending > 0) world().durable(to, pending);
    if (pending > 0) world().turn(to);
    busy = busy || pending > 0;
    for (ReplicaId from : among) {
      const bool delivered = world().deliver(from, to);
      if (delivered) world().turn(to);
      busy = busy || delivered;
    }
  }
  return busy;
}

void Player::show(const Words& /*words*/) {
  for (ReplicaId replica : world().ids()) {
    output_ += "  " + std::to_string(replica.value) + " " + world().summary(replica) + "\n";
  }
}

}  // namespace

std::string replay(std::string_view transcript) { return Player().play(transcript); }

}  // namespace decree::paxos::test
