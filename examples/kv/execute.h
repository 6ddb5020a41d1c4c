// What the commands on keys do. Deterministic but for TTL and PTTL, which are never proposed.
#ifndef DECREE_EXAMPLES_KV_EXECUTE_H_
#define DECREE_EXAMPLES_KV_EXECUTE_H_

namespace decree::kv {
struct Call;
}

/// Each writes exactly one reply. The number of arguments has been checked.
namespace decree::kv::execute {

// Strings: string_commands.cc and set_command.cc.
void get(Call& call);
void set(Call& call);
void setnx(Call& call);
void getset(Call& call);
void getdel(Call& call);
void append(Call& call);
void strlen(Call& call);
void mget(Call& call);
void mset(Call& call);
void incr(Call& call);
void decr(Call& call);
void incrby(Call& call);
void decrby(Call& call);

// Keys: key_commands.cc and scan_commands.cc.
void del(Call& call);
void exists(Call& call);
void type(Call& call);
void dbsize(Call& call);
void flushall(Call& call);
void keys(Call& call);
void scan(Call& call);

// Time: expiry_commands.cc.
void expire(Call& call);
void pexpire(Call& call);
void persist(Call& call);
void ttl(Call& call);
void pttl(Call& call);
void tick(Call& call);

}  // namespace decree::kv::execute

#endif  // DECREE_EXAMPLES_KV_EXECUTE_H_
