#include "bench/peers/resp_client.h"

#include <sys/epoll.h>

#include <array>
#include <cstddef>
#include <deque>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bench/command_times.h"
#include "bench/peers/programs.h"
#include "bench/peers/resp_connection.h"

namespace decree::bench {
namespace {

/// One connection and the commands in flight on it, which are answered in order.
struct Lane {
  RespConnection connection;
  std::deque<std::size_t> places;
  std::size_t replies = 0;  // to the first command
  std::string problem = {};
};

/// How a server takes commands.
struct Dialect {
  bool lane_for_each = false;     // command in flight
  bool wait_for_replica = false;  // a second request, whose answer counts the replicas
};

class RespClient final : public Client {
 public:
  RespClient(std::uint16_t port, Dialect dialect, std::string version)
      : port_(port),
        dialect_(dialect),
        version_(std::move(version)),
        epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {}

  [[nodiscard]] std::string version() const override { return version_; }
  LoadResult run(const LoadRequest& request) override;

 private:
  void make_lanes(std::size_t count);
  void take_replies(Lane& lane, CommandTimes& times);
  void take_reply(Lane& lane, const RespReply& reply) const;

  std::uint16_t port_;
  Dialect dialect_;
  std::string version_;
  std::deque<Lane> lanes_;  // they stay where they are
  Descriptor epoll_;
  std::string command_;
};

void RespClient::make_lanes(std::size_t count) {
  while (lanes_.size() < count) {
    Lane& lane = lanes_.emplace_back(Lane{.connection = RespConnection(port_), .places = {}});
    epoll_event wanted{.events = EPOLLIN, .data = {.ptr = &lane}};
    checked(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, lane.connection.socket(), &wanted),
            "epoll_ctl");
  }
}

LoadResult RespClient::run(const LoadRequest& request) {
  make_lanes(dialect_.lane_for_each ? request.outstanding : 1);
  command_.clear();
  append_command(command_, {"SET", kKey, std::string(request.payload_bytes, 'x')});
  if (dialect_.wait_for_replica) {
    append_command(command_, {"WAIT", "1", "10000"});
  }
  CommandTimes times(request);
  for (std::size_t place = 0; place < times.places(); ++place) {
    Lane& lane = lanes_[dialect_.lane_for_each ? place : 0];
    lane.places.push_back(place);
    lane.connection.send(command_);
  }
  std::array<epoll_event, 64> ready{};
  while (!times.over()) {
    const int count = checked(
        ::epoll_wait(epoll_.get(), ready.data(), static_cast<int>(ready.size()), -1), "epoll_wait");
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      take_replies(*static_cast<Lane*>(ready.at(i).data.ptr), times);
    }
  }
  return times.result();
}

void RespClient::take_replies(Lane& lane, CommandTimes& times) {
  lane.connection.receive();
  std::string commands;
  while (const auto reply = lane.connection.next()) {
    take_reply(lane, *reply);
    if (++lane.replies < (dialect_.wait_for_replica ? 2U : 1U)) {
      continue;
    }
    lane.replies = 0;
    const std::size_t place = lane.places.front();
    lane.places.pop_front();
    if (times.completed(place, std::exchange(lane.problem, {}))) {
      lane.places.push_back(place);
      commands += command_;
    }
  }
  lane.connection.send(commands);
}

void RespClient::take_reply(Lane& lane, const RespReply& reply) const {
  if (reply.kind == '-') {
    lane.problem = reply.text;
  } else if (reply.kind == ':' && reply.text == "0") {
    lane.problem = "no replica has a write within 10 s";
  }
}

/// "7.0.15" of the line "redis_version:7.0.15".
std::string field(const std::string& information, const std::string& name) {
  const std::size_t begin = information.find(name + ":");
  if (begin == std::string::npos) {
    return {};
  }
  const std::size_t value = begin + name.size() + 1;
  return information.substr(value, information.find_first_of("\r\n", value) - value);
}

}  // namespace

std::unique_ptr<Client> connect_decree_kv(std::uint16_t port) {
  RespConnection connection(port);
  if (field(connection.call({"INFO", "replication"}).text, "role") != "leader") {
    return nullptr;
  }
  return std::make_unique<RespClient>(port, Dialect{}, decree_version());
}

std::unique_ptr<Client> connect_redis(std::uint16_t port) {
  RespConnection connection(port);
  const std::string replication = connection.call({"INFO", "replication"}).text;
  if (field(replication, "role") != "master" || field(replication, "connected_slaves") != "2") {
    return nullptr;
  }
  if (connection.call({"WAIT", "2", "1000"}).text != "2") {
    return nullptr;
  }
  const std::string server = connection.call({"INFO", "server"}).text;
  return std::make_unique<RespClient>(port,
                                      Dialect{.lane_for_each = true, .wait_for_replica = true},
                                      field(server, "redis_version"));
}

}  // namespace decree::bench
