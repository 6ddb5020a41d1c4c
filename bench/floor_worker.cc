#include "bench/floor_worker.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/floor.h"

namespace decree::bench {
namespace {

struct Settings {
  std::string role;
  std::string file;
  std::vector<int> sockets;
  bool poll = false;
};

std::unique_ptr<FloorIo> make_io(const Settings& settings) {
  const Waiting waiting = settings.poll ? Waiting::poll : Waiting::block;
  auto io = make_uring_io(settings.file, settings.sockets, waiting);
  return io ? std::move(io) : make_plain_io(settings.file, settings.sockets, waiting);
}

void lead(FloorIo& io, std::size_t followers) {
  FloorLeader leader(io, followers);
  serve_requests([&](const nlohmann::json& request) -> nlohmann::json {
    if (request.contains("status")) {
      return {{"disk", io.description()}};
    }
    return leader.run(request.get<LoadRequest>());
  });
}

void work(const Settings& settings) {
  const std::unique_ptr<FloorIo> io = make_io(settings);
  if (settings.role == "leader") {
    lead(*io, settings.sockets.size());
  } else {
    follow_floor(*io);
  }
}

}  // namespace

void add_floor_worker(CLI::App& program) {
  auto settings = std::make_shared<Settings>();
  CLI::App* worker = program.add_subcommand("floor", "One process of the floor")->group("");
  worker->add_option("--role", settings->role)
      ->required()
      ->check(CLI::IsMember({"leader", "follower"}));
  worker->add_option("--file", settings->file)->required();
  worker->add_option("--socket", settings->sockets);
  worker->add_flag("--poll", settings->poll);
  worker->callback([settings] { work(*settings); });
}

}  // namespace decree::bench
