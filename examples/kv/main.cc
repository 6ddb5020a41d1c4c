// decree-kv: a replicated in-memory key-value store that speaks the Redis protocol.
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <exception>
#include <iostream>

#include "examples/kv/settings.h"

namespace {

using namespace decree;

constexpr std::chrono::milliseconds kPatience{3000};

// The port is the one that was bound, in case any was asked for.
void announce(const kv::Settings& settings, std::uint16_t port) {
  std::cout << "decree-kv: replica " << settings.replica.id.value << " serves clients on "
            << settings.server.host << ':' << port << std::endl;
}

void serve(const kv::Settings& settings) {
  // Taken over before any thread exists, so that all of them inherit it.
  boost::asio::io_context context;
  boost::asio::signal_set signals(context, SIGINT, SIGTERM);
  std::signal(SIGPIPE, SIG_IGN);

  kv::Machine machine;
  Replica replica = Replica::open(settings.replica, machine);
  kv::Server server(replica, machine, settings.server);
  server.start();
  announce(settings, server.port());

  signals.async_wait([](boost::system::error_code, int) {});
  context.run();
  server.stop(kPatience);
  replica.close();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    int status = 0;
    const auto settings = kv::parse_settings(argc, argv, &status);
    if (!settings) {
      return status;
    }
    serve(*settings);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "decree-kv: " << error.what() << '\n';
    return 1;
  }
}
