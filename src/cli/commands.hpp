/// @file
/// The commands of the program: one options struct and one function each. All fail with what should
/// end the program; the kind of error is its exit code.
#pragma once

#include "cli/place.hpp"

#include <diptych/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace diptych::cli {

struct init_options {
    std::string folder = {};
    bool json = false;
};
result<void> init(init_options const& how);

struct serve_options {
    std::string data = {};
    std::string http = "127.0.0.1:8080";
    std::string token = {};
    std::string jwt_algorithm = {};
    std::string jwt_key = {};  ///< A file.
    std::string jwt_audience = {};
    std::string jwt_issuer = {};
    bool read_only = false;                          ///< Beside the process that writes.
    std::string views = {};                          ///< Folder of the views' databases.
    std::string inbox = {};                          ///< File or folder of sources.
    std::string channels = {};                       ///< As above, of channels.
    std::vector<std::string> outside_commands = {};  ///< Queued here, worked on elsewhere.
    std::uint64_t reserve_bytes = 8u << 20;
    bool build_beside = false;              ///< Views whose files have changed.
    bool no_watch = false;                  ///< View files, while it runs.
    std::uint64_t check_views_seconds = 0;  ///< 0: views are not compared with the log.
    bool json = false;
};
result<void> serve(serve_options const& how);

struct append_options {
    place where = {};
    std::string stream = {};
    std::string type = {};
    std::string data = "{}";
    std::string metadata = "{}";
    std::string id = {};
    std::vector<std::string> tags = {};
    std::string expect = {};  ///< Empty, "any", "no_stream", "exists" or a version.
    std::string file = {};    ///< A request as JSON ("-": standard input), instead of all these.
    std::string command_id = {};
    bool json = false;
};
result<void> append(append_options const& how);

struct read_options {
    place where = {};
    std::string stream = {};  ///< Empty: the whole log.
    std::vector<std::string> types = {};
    std::vector<std::string> tags = {};
    std::string category = {};
    std::string after = {};
    std::string as_of = {};
    std::uint64_t limit = 0;  ///< 0: all there are.
    bool backward = false;
    bool engine = false;        ///< Also the engine's own events, whose types begin with '$'.
    double retry_seconds = 30;  ///< For follow: how long a server may be gone.
    bool json = false;
};
result<void> read(read_options const& how);
result<void> follow(read_options const& how);

/// A copy of another log that is kept up to date, and serves views.
struct replica_options {
    std::string from = {};                ///< The URL of a server, or a folder.
    std::string from_token = {};          ///< Bearer token for that server.
    std::string data = {};                ///< Folder of the copy.
    std::vector<std::string> views = {};  ///< View files and folders of them.
    std::string http = "127.0.0.1:8080";
    std::string token = {};  ///< Bearer token that requests must carry.
};
result<void> replica(replica_options const& how);

struct view_options {
    place where = {};
    std::string file = {};  ///< For add.
    std::string name = {};  ///< For query.
    std::vector<std::string> parameters = {};
    bool by_hand = false;  ///< For add to a server: it is not switched to.
    bool wait = false;     ///< As above: until it has been built.
    bool json = false;
};
result<void> view_add(view_options const& how);
result<void> view_list(view_options const& how);
result<void> view_query(view_options const& how);

struct command_options {
    place where = {};
    std::string name = {};
    std::string body = "{}";    ///< "-": standard input.
    std::string together = {};  ///< A file with an array of commands, instead of these two.
    std::string command_id = {};
    std::string if_match = {};
    bool pessimistic = false;
    bool json = false;
};
result<void> command(command_options const& how);

struct verify_options {
    std::string data = {};
    std::string views = {};          ///< A view file or a folder of them, besides the log's own.
    std::uint64_t differences = 10;  ///< Rows told of each view, at most.
    bool log_only = false;
    bool json = false;
};

/// Checks the log, then index and views against it. Fails with corrupt after all have been told.
result<void> verify(verify_options const& how);

struct repair_options {
    std::string folder = {};
    std::string views = {};
    bool dry_run = false;
    bool json = false;
};
result<void> repair(repair_options const& how);

struct backup_options {
    std::string folder = {};
    std::string to = {};
    std::string url = {};  ///< Refused: only a folder can be copied.
    bool check = false;
    bool json = false;
};
result<void> backup(backup_options const& how);

struct restore_options {
    std::string backup = {};
    std::string folder = {};
    bool json = false;
};
result<void> restore(restore_options const& how);

struct export_options {
    place where = {};
    std::string file = "-";
    bool engine = false;  ///< Also the engine's own events: to look at, import refuses them.
    bool json = false;
};
result<void> export_events(export_options const& how);

struct import_options {
    place where = {};
    std::string file = "-";
    std::string backfill = {};  ///< Name of a run of synthetic events; empty: it is an export.
    bool skip_bad = false;
    bool json = false;
};
result<void> import_events(import_options const& how);

struct sim_options {
    std::string workload = "appends";
    std::uint64_t seed = 1;   ///< The first.
    std::uint64_t seeds = 1;  ///< How many.
    std::uint64_t steps = 300;
    std::string only = {};  ///< Steps that are done, "0-4,9"; empty: all.
    bool no_crashes = false;
    bool no_faults = false;
    bool every_call = false;  ///< Fail each call of the disk once, in each way, with one seed.
    std::optional<std::uint64_t> call = {};  ///< Of those, this one alone; 0: none of them.
    bool flipped_bits = false;  ///< Flip a bit of each write and read of the log, with one seed.
    bool trace = false;
    bool json = false;
};

/// Runs nodes on a simulated disk, and checks what their clients were promised. Fails with failed,
/// code "promise_broken", which names the seed and the steps that it needs.
result<void> sim(sim_options const& how);

struct bench_options {
    std::string below = ".";
    std::uint64_t callers = 64;
    double seconds = 3;
    bool json = false;
};
result<void> bench(bench_options const& how);

}  // namespace diptych::cli
