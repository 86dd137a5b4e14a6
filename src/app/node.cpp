#include "app/node.hpp"

#include "app/build_id.hpp"
#include "app/channel_schemes.hpp"
#include "app/covered.hpp"
#include "app/declared_types.hpp"
#include "intake/intake_file.hpp"
#include "log/memory/memory_engine.hpp"
#include "log/segments/folder.hpp"
#include "log/segments/segment_engine.hpp"
#include "storage/whole_file.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace diptych::app {

namespace fs = std::filesystem;

namespace {

// That much must not be cut from the end of the log.
result<std::vector<log::segments::checkpoint>> covered_in(sqlite::location const& data) {
    DIPTYCH_TRY(auto const log_id, log::segments::read_format(data.disk(), {data.path}));
    if (!log_id) return std::vector<log::segments::checkpoint>{};
    return covered_by_views(data, *log_id);
}

std::string is_a_copy(sqlite::location const& data) {
    return "warning: " + data.string() +
           " is a copy of the folder that its log was written to: it goes on in an epoch of its "
           "own, and tokens of what it does not hold are refused";
}

result<std::vector<fs::path>> files_of(
    fs::path const& file_or_folder, std::string_view what, std::string_view extension
) {
    std::error_code why;
    if (!fs::is_directory(file_or_folder, why)) {
        if (fs::exists(file_or_folder, why)) return std::vector{file_or_folder};
        return fail(
            errc::not_found,
            "there is no " + std::string(what) + " file or folder " + file_or_folder.string()
        );
    }
    std::vector<fs::path> files;
    for (auto const& entry : fs::directory_iterator(file_or_folder, why))
        if (entry.path().extension() == extension) files.push_back(entry.path());
    if (why)
        return fail(errc::denied, "can not list " + file_or_folder.string() + ": " + why.message());
    std::ranges::sort(files);
    return files;
}

}  // namespace

result<std::vector<fs::path>> view_files_of(fs::path const& file_or_folder) {
    return files_of(file_or_folder, "view", ".sql");
}

result<std::vector<fs::path>> inbox_files_of(fs::path const& file_or_folder) {
    return files_of(file_or_folder, "inbox", ".toml");
}

result<std::vector<fs::path>> channel_files_of(fs::path const& file_or_folder) {
    return files_of(file_or_folder, "channel", ".toml");
}

result<std::unique_ptr<node>> node::open(
    application_options const& options, node_parts const& parts
) {
    auto& time = options.clock != nullptr ? *options.clock : system_clock();
    auto& random = options.random != nullptr ? *options.random : system_random();
    std::unique_ptr<node> made(new node(options, time, random));
    DIPTYCH_TRY(made->open_log(parts.storage));
    made->open_messages(parts.storage);
    DIPTYCH_TRY(made->open_write_leaf(parts));
    DIPTYCH_TRY(made->open_read_leaf(parts));
    DIPTYCH_TRY(made->open_inbox(parts));
    DIPTYCH_TRY(made->open_channels(parts));
    return made;
}

node::~node() { (void)close(); }

result<void> node::open_log(node_storage const& storage) {
    auto const progress = [this](position done, position end) {
        if (options_.progress) options_.progress("indexing", done.value, end.value);
    };
    std::unique_ptr<log::engine> engine;
    if (options_.data.empty()) {
        engine = std::make_unique<log::memory::memory_engine>(make_uuid_v7(
            std::chrono::floor<std::chrono::milliseconds>(clock_->now()),
            random_->next(),
            random_->next()
        ));
    } else {
        sqlite::location const data{options_.data, storage.files};
        log::segments::segment_options how{
            .segment_bytes = storage.segment_bytes,
            .reserve_bytes = options_.reserve_bytes,
            .index_on = storage.files,
            .index = storage.index,
        };
        DIPTYCH_TRY(how.covered_by, covered_in(data));
        DIPTYCH_TRY(
            auto opened,
            log::segments::segment_engine::open(
                options_.data,
                options_.read_only ? log::segments::segment_engine::mode::reader
                                   : log::segments::segment_engine::mode::writer,
                data.disk(),
                *clock_,
                *random_,
                std::move(how)
            )
        );
        if (opened->is_copy() && options_.complain) options_.complain(is_a_copy(data));
        engine = std::move(opened);
    }
    DIPTYCH_TRY(
        log_,
        log::sequenced_log::open(std::move(engine), *clock_, *random_, storage.bounds, progress)
    );
    return {};
}

// Where nobody asks there is no file.
void node::open_messages(node_storage const& storage) {
    auto const file = [this, files = storage.files]() -> result<sqlite::location> {
        if (options_.data.empty()) return sqlite::location{":memory:"};
        if (!options_.read_only) return sqlite::location{options_.data / "messages.db", files};
        if (!temporary_) {
            DIPTYCH_TRY(auto made, temporary_folder::make());
            temporary_.emplace(std::move(made));
        }
        return sqlite::location{temporary_->path() / "messages.db"};
    };
    messages_ = std::make_unique<messages::message_log>(
        *log_,
        *clock_,
        messages::message_log_options{
            .file = file, .records = options_.message_log && !options_.read_only
        }
    );
}

result<void> node::open_write_leaf(node_parts const& parts) {
    write::executor_options how{
        .build_id = options_.build_id.empty() ? build_id_of_this_program() : options_.build_id,
        .snapshot_after = parts.storage.snapshot_after,
        .on_slow =
            [this](std::string_view command, std::chrono::microseconds took) {
                options_.complain(
                    std::string(command) + ": its decision held every commit up for " +
                    std::to_string(took.count()) + " us"
                );
            },
        .elsewhere = [this](errands::task what) { errands_.add(std::move(what)); },
    };
    if (options_.message_log && !options_.read_only)
        how.on_handled = [this](write::handled_command what) { messages_->put(std::move(what)); };
    commands_ = std::make_unique<write::executor>(*log_, *clock_, *random_, std::move(how));
    for (auto const* const context : parts.contexts) DIPTYCH_TRY(commands_->add(*context));
    for (auto const& step : parts.steps) commands_->use(step);
    for (auto const& [command, advice] : parts.advice)
        DIPTYCH_TRY(commands_->validate(command, advice));
    if (options_.read_only) return {};
    DIPTYCH_TRY(add_processes(parts));
    return open_queue(parts);
}

result<void> node::open_read_leaf(node_parts const& parts) {
    read::view_options how{
        .files = parts.storage.files,
        .wal_pages = parts.storage.wal_pages,
        .is_beside_log = options_.views.empty() && !options_.data.empty() && !options_.read_only,
        .batch_events_max = parts.storage.batch_events_max,
        .builds_beside = options_.build_views_beside,
        .attempts_max = parts.storage.attempts_max,
    };
    for (auto const* const context : parts.contexts)
        how.events.insert(how.events.end(), context->events.begin(), context->events.end());
    if (options_.progress)
        how.progress = [tell = options_.progress](
                           std::string_view view, std::uint64_t done, std::uint64_t of
                       ) { tell("view " + std::string(view), done, of); };
    DIPTYCH_TRY(auto const directory, directory_of_views());
    views_ = std::make_unique<read::view_set>(*log_, directory, *clock_, std::move(how));
    auto const has_folder = !options_.data.empty() && !options_.read_only;
    view_files_ = std::make_unique<app::view_files>(
        *views_, has_folder ? options_.data / "views" : fs::path{}
    );
    for (auto const& file : parts.view_files) DIPTYCH_TRY(view_files_->add(file));
    for (auto const& place : parts.view_places) view_files_->watch(place);
    if (has_folder) view_files_->watch(options_.data / "views");
    for (auto const& one : parts.view_texts) DIPTYCH_TRY(views_->add_text(one.name, one.text));
    for (auto const* const view : parts.views) DIPTYCH_TRY(views_->add(*view));
    DIPTYCH_TRY(views_->start());
    if (options_.complain)
        for (auto const& one : views_->status())
            for (auto const& warning : one.warnings) options_.complain("warning: " + warning);
    return {};
}

result<void> node::open_inbox(node_parts const& parts) {
    if (options_.read_only) return {};
    inbox_ = std::make_unique<inbox::sources>(
        *log_,
        *clock_,
        inbox::source_options{
            .elsewhere = [this](errands::task what) { errands_.add(std::move(what)); }
        },
        declared_types_of(parts.contexts)
    );
    for (auto const& file : parts.inbox_files) {
        auto const text = storage::read_whole(storage::system_disk(), file);
        if (!text) return fail(errc::not_found, "inbox_file", file.string() + " can not be read");
        DIPTYCH_TRY(inbox_->add(file.string(), *text));
    }
    for (auto const& one : parts.inbox_texts) DIPTYCH_TRY(inbox_->add(one.name, one.text));
    if (!options_.complain) return {};
    DIPTYCH_TRY(auto const undeclared, inbox_->undeclared());
    for (auto const& one : undeclared) options_.complain("warning: " + to_string(one));
    return {};
}

result<void> node::open_channels(node_parts const& parts) {
    if (options_.read_only) return {};
    endpoint::surroundings const in{
        .disk = storage::system_disk(),
        .folder = options_.data,
        .time = *clock_,
        .environment = environment_variable,
        .connects = options_.deliver
    };
    auto known = channel_schemes();
    known.insert(known.end(), parts.channel_schemes.begin(), parts.channel_schemes.end());
    outbox_ = std::make_unique<outbox::channel_set>(
        *log_, *clock_, *random_, std::move(known), in, parts.storage.channels
    );
    auto known_incoming = incoming_schemes();
    known_incoming.insert(
        known_incoming.end(), parts.incoming_schemes.begin(), parts.incoming_schemes.end()
    );
    effects_.emplace(*commands_, *inbox_);
    intake_ = std::make_unique<intake::incoming_set>(
        *log_, *clock_, *random_, *effects_, std::move(known_incoming), in, parts.storage.incoming
    );
    for (auto const& file : parts.channel_files) {
        auto const text = storage::read_whole(storage::system_disk(), file);
        if (!text) return fail(errc::not_found, "channel_file", file.string() + " can not be read");
        DIPTYCH_TRY(add_channel(file.string(), *text));
    }
    for (auto const& one : parts.channel_texts) DIPTYCH_TRY(add_channel(one.name, one.text));
    if (options_.deliver) {
        DIPTYCH_TRY(intake_->check_effects());
        for (auto* const one : outbox_->all()) tell_of_loss(one->of().name, one->of().keeps);
        for (auto* const one : intake_->all()) tell_of_loss(one->of().name, one->of().keeps);
        return {};
    }
    for (auto* const one : outbox_->all()) DIPTYCH_TRY(one->look());
    for (auto* const one : intake_->all()) DIPTYCH_TRY(one->look());
    return {};
}

void node::tell_of_loss(std::string_view channel, endpoint::assurance keeps) const {
    if (keeps == endpoint::assurance::at_least_once || !options_.complain) return;
    options_.complain(fmt::format(
        "warning: channel {} is unreliable: its broker promises nothing, and what is sent while "
        "the other side does not listen is lost",
        channel
    ));
}

result<void> node::add_channel(std::string const& file, std::string_view text) {
    auto const is_in = intake::is_incoming(text);
    DIPTYCH_TRY(is_in ? intake_->add(file, text) : outbox_->add(file, text));
    auto const name = fs::path(file).stem().string();
    if (intake_->find(name) == nullptr || !outbox_->find(name)) return {};
    return fail(errc::invalid, "channel_file", file + ": there is a channel " + name + " already");
}

result<fs::path> node::directory_of_views() {
    if (!options_.views.empty()) return options_.views;
    if (!options_.data.empty() && !options_.read_only) return options_.data / "views";
    DIPTYCH_TRY(auto made, temporary_folder::make());
    return temporary_.emplace(std::move(made)).path();
}

result<bool> node::step() {
    auto const run = errands_.step();
    auto more = log_->commit_step() || run;
    for (auto const& [name, process] : processes_) {
        DIPTYCH_TRY(auto const stepped, process->step());
        more = more || stepped;
    }
    for (auto const& name : views_->names()) {
        DIPTYCH_TRY(auto const stepped, views_->step(name));
        more = more || stepped;
    }
    DIPTYCH_TRY(auto const built, views_->build_step());
    more = more || built;
    if (queue_) {
        DIPTYCH_TRY(auto const stepped, queue_->step());
        more = more || stepped;
    }
    DIPTYCH_TRY(auto const told, messages_->record());
    DIPTYCH_TRY(auto const followed, messages_->follow());
    more = more || told || followed;
    DIPTYCH_TRY(auto const indexed, log_->index_step());
    DIPTYCH_TRY(auto const saved, commands_->snapshot_step());
    // Last: it reads the index, which the step above may have to put right.
    if (inbox_) {
        DIPTYCH_TRY(auto const stepped, inbox_->step());
        more = more || stepped;
    }
    if (outbox_ && options_.deliver) {
        DIPTYCH_TRY(auto const stepped, outbox_->step());
        more = more || stepped;
        DIPTYCH_TRY(auto const came, intake_->step());
        more = more || came;
    }
    return more || indexed || saved;
}

result<void> node::close() {
    // Of those, too, that are answered only now; while inline views still take part in commits.
    while (log_ && (errands_.step() || log_->commit_step())) {
    }
    if (messages_) (void)messages_->flush();
    // What is lost with an error here is only sent again.
    if (outbox_ && options_.deliver) (void)outbox_->stop();
    if (intake_) intake_->stop();
    outbox_.reset();
    intake_.reset();
    processes_.clear();
    queue_.reset();
    view_files_.reset();
    views_.reset();
    if (!log_) return {};
    // Closing the log answers who still waits, and their answers may make errands: both before the
    // executor that they belong to is gone.
    auto closed = log_->close();
    while (errands_.step()) {
    }
    commands_.reset();
    messages_.reset();
    inbox_.reset();
    log_.reset();
    return closed;
}

}  // namespace diptych::app
