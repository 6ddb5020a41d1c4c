#include "transport/asio_network.h"

#include <algorithm>
#include <array>
#include <boost/asio/steady_timer.hpp>
#include <deque>

#include "transport/incoming.h"
#include "transport/outgoing.h"

namespace decree::transport {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

class AsioNetwork::Impl final : public LinkOwner, public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, proactor::Proactor& proactor, NetworkOptions options,
       NetworkEvents& events)
      : context_{io, proactor, std::move(options), events, *this},
        acceptor_(io),
        accept_pause_(io) {}

  bool start(std::string& problem) {
    if (!listen(problem)) return false;
    accept();
    for (const PeerAddress& peer : context_.options.peers) {
      if (!context_.admission.is_peer(peer.id)) continue;
      Pair& pair = pair_of(peer.id);
      pair.outgoing = std::make_shared<Outgoing>(context_, peer);
      pair.outgoing->dial();
    }
    return true;
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

  void reset() {
    for (const Pair& pair : pairs_) {
      if (pair.outgoing) pair.outgoing->drop();
    }
  }

  void close() {
    closed_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    accept_pause_.cancel();
    for (const auto& stranger : strangers_) stranger->close();
    strangers_.clear();
    for (Pair& pair : pairs_) {
      if (pair.outgoing) pair.outgoing->close();
      if (pair.incoming) pair.incoming->close();
      pair = {};
    }
  }

  void send(ReplicaId to, const Payload& frame) {
    if (Outgoing* outgoing = outgoing_to(to)) outgoing->send(frame);
  }

  void flush() {
    for (const Pair& pair : pairs_) {
      if (pair.outgoing) pair.outgoing->flush();
    }
  }

  [[nodiscard]] bool connected(ReplicaId peer) const {
    const Outgoing* outgoing = outgoing_to(peer);
    return outgoing != nullptr && outgoing->up();
  }

  void incoming_ready(const std::shared_ptr<Incoming>& incoming) override {
    std::erase(strangers_, incoming);
    Pair& pair = pair_of(incoming->peer());
    // The peer started over, so what was dialled to it earlier is of no use to it either.
    const bool replaced = pair.incoming != nullptr;
    const bool restarted =
        pair.outgoing->up() && pair.outgoing->peer_start() != incoming->peer_start();
    if (replaced) pair.incoming->close();
    pair.incoming = incoming;
    if (replaced || restarted) pair.outgoing->drop();
    pair.outgoing->dial();
  }

  void incoming_closed(const std::shared_ptr<Incoming>& incoming) override {
    std::erase(strangers_, incoming);
    Pair& pair = pair_of(incoming->peer());
    if (pair.incoming != incoming) return;
    pair.incoming.reset();
    if (pair.outgoing) pair.outgoing->drop();
  }

  void dialled_lost(ReplicaId peer) override {
    Pair& pair = pair_of(peer);
    if (pair.incoming) pair.incoming->close();
    pair.incoming.reset();
  }

 private:
  // Both directions with one peer: they live and die together, so that neither side goes on with
  // half a connection.
  struct Pair {
    std::shared_ptr<Outgoing> outgoing;
    std::shared_ptr<Incoming> incoming;
  };

  Pair& pair_of(ReplicaId peer) { return pairs_.at(peer.value); }
  [[nodiscard]] Outgoing* outgoing_to(ReplicaId peer) const {
    return peer.value < pairs_.size() ? pairs_[peer.value].outgoing.get() : nullptr;
  }

  bool listen(std::string& problem) {
    const PeerAddress& own = context_.options.listen;
    error_code error;
    tcp::resolver resolver(context_.io);
    const auto resolved =
        resolver.resolve(own.host, std::to_string(own.port), tcp::resolver::passive, error);
    if (!error) bind(resolved.begin()->endpoint(), error);
    if (!error) return true;
    problem =
        "cannot listen on " + own.host + ":" + std::to_string(own.port) + ": " + error.message();
    return false;
  }

  void bind(const tcp::endpoint& endpoint, error_code& error) {
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
    if (!error) port_ = acceptor_.local_endpoint(error).port();
  }

  void accept() {
    acceptor_.async_accept([self = shared_from_this()](error_code error, tcp::socket socket) {
      if (self->closed_) return;
      if (error) return self->accept_later(error);
      self->welcome(std::move(socket));
      self->accept();
    });
  }

  void welcome(tcp::socket socket) {
    if (strangers_.size() >= context_.limits().strangers) {
      context_.notices.report({}, Side::accepted,
                              "too many connections that say no hello: dropping the oldest");
      strangers_.front()->close();
      strangers_.pop_front();
    }
    strangers_.push_back(std::make_shared<Incoming>(context_, std::move(socket)));
    strangers_.back()->start();
  }

  // E.g. out of file descriptors: trying again at once would only burn the processor.
  void accept_later(error_code error) {
    context_.notices.report({}, Side::accepted, "cannot accept connections: " + error.message());
    accept_pause_.expires_after(context_.limits().retry_first);
    accept_pause_.async_wait([self = shared_from_this()](error_code) {
      if (!self->closed_) self->accept();
    });
  }

  LinkContext context_;
  tcp::acceptor acceptor_;
  asio::steady_timer accept_pause_;
  std::uint16_t port_ = 0;
  bool closed_ = false;
  std::deque<std::shared_ptr<Incoming>> strangers_;  // the oldest first
  std::array<Pair, kMaxReplicaId + 1> pairs_;        // by id; that of 0 stays empty
};

AsioNetwork::AsioNetwork(asio::io_context& io, proactor::Proactor& proactor, NetworkOptions options,
                         NetworkEvents& events)
    : impl_(std::make_shared<Impl>(io, proactor, std::move(options), events)) {}
AsioNetwork::~AsioNetwork() { close(); }

bool AsioNetwork::start(std::string& problem) { return impl_->start(problem); }
std::uint16_t AsioNetwork::port() const { return impl_->port(); }
void AsioNetwork::reset() { impl_->reset(); }
void AsioNetwork::close() { impl_->close(); }
void AsioNetwork::send(ReplicaId to, const Payload& frame) { impl_->send(to, frame); }
void AsioNetwork::flush() { impl_->flush(); }
bool AsioNetwork::connected(ReplicaId peer) const { return impl_->connected(peer); }

}  // namespace decree::transport
