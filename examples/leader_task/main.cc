// A periodic job that one replica of a group runs at a time: whoever leads adds a numbered step to
// a file now and then. It stops when its leadership is in doubt, and what a leader does that was
// paused in the middle of a step, and replaced, is refused by the file's fence.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "decree/fencing.h"
#include "decree/leadership.h"
#include "decree/replica.h"
#include "examples/leader_task/protected_file.h"

namespace decree::leader_task {
namespace {

/// What is replicated: the last step that is done. A command is the number of one.
class Progress final : public StateMachine {
 public:
  void apply(const Entry& entry, Reply&) override {
    done_ = std::max<std::uint64_t>(done_, std::stoull(std::string(entry.text())));
  }
  std::unique_ptr<SnapshotView> snapshot() override {
    return std::make_unique<CopiedState>(std::to_string(done_));
  }
  void restore(SnapshotReader& reader) override { done_ = std::stoull(read_all(reader)); }
  [[nodiscard]] std::uint64_t done() const { return done_; }

 private:
  std::uint64_t done_ = 0;
};

struct Settings {
  Options replica;
  std::vector<std::string> members;
  std::string file;
  std::uint32_t every_ms = 1000;
};

void say(const std::string& line) { std::cout << line << std::endl; }

class Job {
 public:
  Job(Replica& replica, const Progress& progress, const Settings& settings)
      : replica_(replica), progress_(progress), settings_(settings), file_(settings.file) {}

  void run(const std::stop_token& shutdown) {
    Leadership leadership(replica_);
    while (const auto term = leadership.wait(shutdown)) {
      say("leads with token " + std::string(TokenText(term->token).view()));
      try {
        while (step(*term)) {
        }
      } catch (const Refused& refusal) {
        say(std::string("refused: ") + refusal.what());
      } catch (const std::exception& error) {
        say(std::string("failed: ") + error.what());
      }
    }
  }

 private:
  /// False if it was cancelled. It may be done again, by this leader or the next, if it fails
  /// anywhere: what is in the file already is not added once more.
  bool step(const Leadership::Term& term) {
    const std::uint64_t number = last_done() + 1;
    std::string content = file_.claim(term.token);
    const std::string name = "step " + std::to_string(number);
    say(name + " begins");
    work(term.stop);
    add(number, name, content);
    if (term.stop.stop_requested() || !replica_.holds_lease()) {
      say(name + " is cancelled");
      return false;
    }
    // From here on this process may be paused for as long as it takes to elect others.
    file_.replace(term.token, content);
    replica_.async_propose(std::to_string(number), boost::asio::use_future).get();
    say(name + " is done");
    return true;
  }

  std::uint64_t last_done() {
    std::uint64_t done = 0;
    replica_
        .async_read([&] { done = progress_.done(); }, Consistency::linearizable,
                    boost::asio::use_future)
        .get();
    return done;
  }

  /// What takes time in a step; here nothing but the time. Ends early if it is cancelled.
  void work(const std::stop_token& stop) const {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    never.wait_for(lock, stop, std::chrono::milliseconds(settings_.every_ms), [] { return false; });
  }

  void add(std::uint64_t number, const std::string& name, std::string& content) const {
    const auto there = static_cast<std::uint64_t>(std::ranges::count(content, '\n'));
    if (there == number) return;
    if (there + 1 != number) throw std::runtime_error("steps are missing before " + name);
    content += name + " by replica " + std::to_string(settings_.replica.id.value) + '\n';
  }

  Replica& replica_;
  const Progress& progress_;
  const Settings& settings_;
  const ProtectedFile file_;
};

Settings parse(CLI::App& app, int argc, char** argv) {
  Settings settings;
  Options& replica = settings.replica;
  replica.cluster = 1;
  std::uint64_t suspect_ms = replica.suspect_us / 1000;
  app.add_option("--id", replica.id.value, "This replica: its place in --members, from 1")
      ->required();
  app.add_option("--members", settings.members, "All replicas: host:port,host:port,...")
      ->delimiter(',')
      ->required();
  app.add_option("--directory", replica.directory, "Where the log is; made if missing")->required();
  app.add_option("--file", settings.file, "What the steps are written to, by all")->required();
  app.add_option("--every-ms", settings.every_ms, "From a step to the next")->capture_default_str();
  app.add_option("--suspect-ms", suspect_ms, "Least silence of a leader that is suspicious")
      ->capture_default_str();
  app.parse(argc, argv);
  replica.suspect_us = suspect_ms * 1000;
  for (const std::string& member : settings.members) {
    const std::size_t colon = member.rfind(':');
    if (colon == std::string::npos) throw std::invalid_argument(member + " is not host:port");
    const auto id = static_cast<std::uint32_t>(replica.members.size() + 1);
    const auto port = static_cast<std::uint16_t>(std::stoul(member.substr(colon + 1)));
    replica.members.push_back({ReplicaId{id}, member.substr(0, colon), port});
  }
  return settings;
}

void serve(const Settings& settings) {
  boost::asio::io_context context;
  boost::asio::signal_set signals(context, SIGINT, SIGTERM);
  Progress progress;
  Replica replica = Replica::open(settings.replica, progress);
  Job job(replica, progress, settings);
  const std::jthread worker([&](const std::stop_token& shutdown) { job.run(shutdown); });
  signals.async_wait([](boost::system::error_code, int) {});
  context.run();
  replica.close();  // cancels the step and lets the worker go
}

}  // namespace
}  // namespace decree::leader_task

int main(int argc, char** argv) {
  CLI::App app("decree-leader-task: a job that one replica of a group runs at a time");
  try {
    decree::leader_task::serve(decree::leader_task::parse(app, argc, argv));
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  } catch (const std::exception& error) {
    std::cerr << "decree-leader-task: " << error.what() << '\n';
    return 1;
  }
}
