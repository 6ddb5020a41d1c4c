#include "examples/kv/server.h"

#include <boost/asio/post.hpp>
#include <future>
#include <stdexcept>

#include "examples/kv/info.h"

namespace decree::kv {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

// When there are no descriptors left, some client has to go first.
constexpr std::chrono::milliseconds kAcceptRetry{100};

[[noreturn]] void fail_to_listen(const ServerOptions& options, error_code error) {
  throw std::runtime_error("--listen: cannot listen on " + options.host + ':' +
                           std::to_string(options.port) + ": " + error.message());
}

tcp::acceptor listen(const boost::asio::any_io_executor& executor, const ServerOptions& options) {
  error_code error;
  tcp::resolver resolver(executor);
  const auto found =
      resolver.resolve(options.host, std::to_string(options.port),
                       tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error) {
    fail_to_listen(options, error);
  }
  const tcp::endpoint endpoint = *found.begin();
  tcp::acceptor acceptor(executor, endpoint.protocol());
  acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  acceptor.bind(endpoint, error);
  if (!error) {
    acceptor.listen(tcp::acceptor::max_listen_connections, error);
  }
  if (error) {
    fail_to_listen(options, error);
  }
  return acceptor;
}

}  // namespace

Server::Server(Replica& replica, Machine& machine, const ServerOptions& options)
    : replica_(replica),
      machine_(machine),
      expirer_(replica, machine, options.clock_offset_ms),
      service_{replica, machine, expirer_, *this, options.limits, options.reads_locally},
      acceptor_(listen(replica.executor(), options)),
      retry_timer_(replica.executor()),
      port_(acceptor_.local_endpoint().port()),
      heartbeat_us_(options.heartbeat_us) {}

void Server::start() {
  boost::asio::post(replica_.executor(), [this] {
    expirer_.start();
    accept();
  });
}

void Server::accept() {
  acceptor_.async_accept(
      [this](error_code error, tcp::socket socket) { accepted(error, std::move(socket)); });
}

void Server::accepted(error_code error, tcp::socket socket) {
  if (stopping_) {
    return;
  }
  if (error) {
    retry_timer_.expires_after(kAcceptRetry);
    retry_timer_.async_wait([this](error_code cancelled) {
      if (!cancelled) {
        accept();
      }
    });
    return;
  }
  const std::uint64_t id = ++last_id_;
  const auto connection = std::make_shared<Connection>(service_, std::move(socket), id,
                                                       [this, id](Connection&) { closed(id); });
  connections_.emplace(id, connection);
  if (connections_.size() > service_.limits.clients) {
    connection->refuse("ERR max number of clients reached");
  } else {
    connection->start();
  }
  accept();
}

void Server::closed(std::uint64_t id) {
  connections_.erase(id);
  if (connections_.empty() && on_stopped_) {
    std::exchange(on_stopped_, nullptr)();
  }
}

void Server::stop(std::chrono::milliseconds patience) {
  const auto stopped = std::make_shared<std::promise<void>>();
  boost::asio::post(replica_.executor(), [this, stopped] {
    on_stopped_ = [stopped] { stopped->set_value(); };
    begin_stop();
  });
  stopped->get_future().wait_for(patience);
}

void Server::begin_stop() {
  stopping_ = true;
  expirer_.stop();
  retry_timer_.cancel();
  error_code ignored;
  acceptor_.close(ignored);
  const auto connections = connections_;  // a connection that finishes takes itself out
  for (const auto& [id, connection] : connections) {
    connection->finish();
  }
  if (connections_.empty() && on_stopped_) {
    std::exchange(on_stopped_, nullptr)();
  }
}

std::string Server::info(Arguments sections) {
  const auto uptime = std::chrono::steady_clock::now() - started_;
  const InfoFacts facts{
      .status = replica_.status(),
      .keys = machine_.keys(),
      .port = port_,
      .uptime_s = static_cast<std::uint64_t>(
          std::chrono::duration_cast<std::chrono::seconds>(uptime).count()),
      .clients = connections_.size(),
      .max_clients = service_.limits.clients,
      .buffered_bytes = service_.buffered_bytes,
      .max_data_bytes = service_.limits.data_bytes,
      .connections = last_id_,
      .commands = service_.commands,
  };
  return format_info(facts, sections);
}

std::string Server::set_lease(std::uint64_t lease_us) {
  LeaseSettings wanted = replica_.status().lease_settings;
  wanted.lease_us = lease_us;
  const std::string problem = wanted.check(heartbeat_us_);
  if (problem.empty()) replica_.async_set_lease(wanted, [](error_code) {});
  return problem;
}

std::string Server::fail_over(ReplicaId successor) {
  const error_code error = replica_.hand_over(successor);
  if (error == Errc::not_leader) return "this replica does not lead";
  if (error && successor) return "that replica is not there, behind, or not fit to lead";
  return error ? "no other replica is there, up to date and fit to lead" : "";
}

std::vector<std::pair<std::string, std::string>> Server::configuration() {
  return {
      {"appendonly", "yes"},
      {"databases", "1"},
      {"lease-ms", std::to_string(replica_.status().lease_settings.lease_us / 1000)},
      {"maxclients", std::to_string(service_.limits.clients)},
      {"maxmemory", std::to_string(service_.limits.data_bytes)},
      {"maxmemory-policy", "noeviction"},
      {"port", std::to_string(port_)},
      {"proto-max-bulk-len", std::to_string(kMaxCommandBytes)},
      {"save", ""},
  };
}

}  // namespace decree::kv
