#include "examples/kv/connection.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <utility>

namespace decree::kv {
namespace {

using boost::system::error_code;

// How long a client that is told goodbye may go on sending until it hears it.
constexpr std::chrono::milliseconds kLinger{500};
// Clients that hold less are not closed when all of them together hold too much.
constexpr std::size_t kAlwaysGranted = 128 * 1024;
// Above it the memory of an output is given back.
constexpr std::size_t kKeptOutput = 64 * 1024;

std::string address_of(const Connection::Socket& socket) {
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  return error ? "?" : peer.address().to_string() + ':' + std::to_string(peer.port());
}

}  // namespace

Connection::Connection(Service& service, Socket socket, std::uint64_t id,
                       std::function<void(Connection&)> on_closed)
    : service_(service),
      socket_(std::move(socket)),
      on_closed_(std::move(on_closed)),
      linger_timer_(socket_.get_executor()) {
  Client client(id, address_of(socket_), service.host);
  client.read_locally(service.reads_locally);
  pipeline_ = std::make_shared<Pipeline>(service, std::move(client), [this] { advance(); });
}

Connection::~Connection() { pipeline_->abandon(); }

void Connection::start() {
  error_code ignored;
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  socket_.set_option(boost::asio::socket_base::keep_alive(true), ignored);
  advance();
}

void Connection::finish() {
  pipeline_->finish();
  advance();
}

void Connection::refuse(const char* error) {
  is_refused_ = true;
  ReplyWriter(&pipeline_->output()).error(error);
  finish();
}

void Connection::advance() {
  const auto keep = shared_from_this();
  if (closed_ || is_parting_) {
    return;
  }
  if (!account()) {
    close();
    return;
  }
  write();
  if (pipeline_->finished() && !is_writing_ && pipeline_->output().empty()) {
    part();
    return;
  }
  read();
}

// False if the client must go, for its own or for everybody's sake.
bool Connection::account() {
  const std::size_t now = pipeline_->memory() + writing_.capacity();
  service_.buffered_bytes += now - accounted_;
  accounted_ = now;
  const bool too_much = service_.buffered_bytes > service_.limits.buffer_bytes;
  return !pipeline_->overflowed() && !(too_much && now > kAlwaysGranted);
}

void Connection::read() {
  if (is_reading_ || !pipeline_->wants_input()) {
    return;
  }
  is_reading_ = true;
  const std::span<char> space = pipeline_->input().prepare();
  socket_.async_read_some(boost::asio::buffer(space.data(), space.size()),
                          [self = shared_from_this()](error_code error, std::size_t bytes) {
                            self->is_reading_ = false;
                            if (self->closed_) {
                              return;
                            }
                            self->pipeline_->input().commit(bytes);
                            if (error == boost::asio::error::eof) {
                              self->pipeline_->end_input();
                            } else if (error) {
                              self->close();
                            } else {
                              self->pipeline_->process();
                            }
                          });
}

void Connection::write() {
  if (is_writing_ || pipeline_->output().empty()) {
    return;
  }
  is_writing_ = true;
  writing_.swap(pipeline_->output());
  boost::asio::async_write(
      socket_, boost::asio::buffer(writing_),
      [self = shared_from_this()](error_code error, std::size_t) { self->wrote(error); });
}

void Connection::wrote(error_code error) {
  is_writing_ = false;
  if (writing_.capacity() > kKeptOutput) {
    writing_ = std::string();
  }
  writing_.clear();
  if (closed_) {
    return;
  }
  if (error) {
    close();
    return;
  }
  pipeline_->process();
}

// A socket that is closed with input unread resets the connection, and the client may never see
// what was written last. So we say that we are done and read on for a moment.
void Connection::part() {
  is_parting_ = true;
  error_code error;
  socket_.shutdown(Socket::shutdown_send, error);
  if (error || !(pipeline_->has_unread_input() || is_refused_)) {
    close();
    return;
  }
  linger_timer_.expires_after(kLinger);
  linger_timer_.async_wait([self = shared_from_this()](error_code) { self->close(); });
  linger();
}

void Connection::linger() {
  if (is_reading_) {
    return;  // a read from before is under way; the timer closes
  }
  const auto discarded = std::make_shared<std::array<char, 4096>>();
  socket_.async_read_some(boost::asio::buffer(*discarded),
                          [self = shared_from_this(), discarded](error_code error, std::size_t) {
                            if (error || self->closed_) {
                              self->close();
                            } else {
                              self->linger();
                            }
                          });
}

void Connection::close() {
  if (std::exchange(closed_, true)) {
    return;
  }
  pipeline_->abandon();
  service_.buffered_bytes -= accounted_;
  accounted_ = 0;
  linger_timer_.cancel();
  error_code ignored;
  socket_.close(ignored);
  on_closed_(*this);
}

}  // namespace decree::kv
