#include "bench/peers/etcd_client.h"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bench/command_times.h"
#include "bench/peers/etcd.grpc.pb.h"

namespace decree::bench {
namespace {

constexpr std::chrono::seconds kStatusPatience{1};

/// A put on its way.
struct Put {
  std::optional<grpc::ClientContext> context;  // one for each call
  grpc::Status status;
  etcdserverpb::PutResponse response;
  std::unique_ptr<grpc::ClientAsyncResponseReader<etcdserverpb::PutResponse>> reader;
  std::size_t place = 0;
};

class EtcdClient final : public Client {
 public:
  EtcdClient(const std::shared_ptr<grpc::Channel>& channel, std::string version)
      : kv_(etcdserverpb::KV::NewStub(channel)), version_(std::move(version)) {}

  [[nodiscard]] std::string version() const override { return version_; }
  LoadResult run(const LoadRequest& request) override;

 private:
  void start(Put& put);

  std::unique_ptr<etcdserverpb::KV::Stub> kv_;
  std::string version_;
  etcdserverpb::PutRequest request_;
  grpc::CompletionQueue completions_;
};

LoadResult EtcdClient::run(const LoadRequest& request) {
  request_.set_key(kKey);
  request_.set_value(std::string(request.payload_bytes, 'x'));
  std::vector<Put> puts(request.outstanding);
  CommandTimes times(request);
  for (std::size_t place = 0; place < puts.size(); ++place) {
    puts[place].place = place;
    start(puts[place]);
  }
  void* tag = nullptr;
  bool received = false;
  while (!times.over() && completions_.Next(&tag, &received)) {
    Put& put = *static_cast<Put*>(tag);
    if (times.completed(put.place, put.status.ok() ? "" : put.status.error_message())) {
      start(put);
    }
  }
  return times.result();
}

void EtcdClient::start(Put& put) {
  put.context.emplace();
  put.reader = kv_->AsyncPut(&*put.context, request_, &completions_);
  put.reader->Finish(&put.response, &put.status, &put);
}

}  // namespace

std::unique_ptr<Client> connect_etcd(std::uint16_t port) {
  const auto channel =
      grpc::CreateChannel(fmt::format("127.0.0.1:{}", port), grpc::InsecureChannelCredentials());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kStatusPatience);
  etcdserverpb::StatusResponse answer;
  const grpc::Status status =
      etcdserverpb::Maintenance::NewStub(channel)->Status(&context, {}, &answer);
  if (!status.ok()) {
    throw std::runtime_error(status.error_message());
  }
  if (answer.leader() == 0 || answer.leader() != answer.header().member_id()) {
    return nullptr;
  }
  return std::make_unique<EtcdClient>(channel, answer.version());
}

}  // namespace decree::bench
