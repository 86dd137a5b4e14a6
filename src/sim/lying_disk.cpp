#include "sim/lying_disk.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace diptych::sim {

namespace {

std::string parent_of(std::string const& path) {
    return std::filesystem::path(path).parent_path().native();
}

std::string name_of(std::string const& path) {
    return std::filesystem::path(path).filename().native();
}

std::unexpected<error> failure(std::string_view operation, std::string const& path, bool is_full) {
    return fail(
        is_full ? errc::unavailable : errc::failed,
        is_full ? "no_space" : "io_error",
        "cannot " + std::string(operation) + " " + path +
            (is_full ? ": no space left on device" : ": input/output error")
    );
}

bool is_kept(random_source& chance) { return (chance.next() & 1) == 0; }

}  // namespace

struct lying_disk::page final : storage::shared_page {
    explicit page(std::shared_ptr<page_bytes> of) : kept(std::move(of)) {}
    std::span<std::byte, 4096> bytes() override { return *kept; }

    std::shared_ptr<page_bytes> kept;
};

class lying_disk::handle final : public storage::file {
public:
    handle(lying_disk& on, std::string path, std::shared_ptr<file_content> to)
        : disk_(on), path_(std::move(path)), node_(std::move(to)), session_(on.session_) {}

    result<std::size_t> read(std::uint64_t offset, std::span<char> into) const override {
        std::scoped_lock const guard{disk_.mutex_};
        DIPTYCH_TRY(auto const fault, enter("read"));
        if (fault && *fault != fault_kind::flipped_bit) return failure("read", path_, false);
        if (offset >= node_->bytes().size()) return std::size_t{0};
        auto const got = node_->bytes().copy(into.data(), into.size(), offset);
        if (fault) into[got / 2] = static_cast<char>(into[got / 2] ^ 16);
        return got;
    }

    result<void> write(std::uint64_t offset, std::string_view bytes) override {
        std::scoped_lock const guard{disk_.mutex_};
        DIPTYCH_TRY(auto const fault, enter("write"));
        auto const grows = offset + bytes.size() > node_->bytes().size()
                               ? offset + bytes.size() - node_->bytes().size()
                               : 0;
        auto const is_full =
            fault == fault_kind::no_space ||
            (disk_.bytes_max_ && grows > 0 && disk_.sum_of_sizes() + grows > *disk_.bytes_max_);
        if (is_full) return failure("write", path_, true);
        if (fault == fault_kind::flipped_bit) {
            auto wrong = std::string(bytes);
            wrong[wrong.size() / 2] = static_cast<char>(wrong[wrong.size() / 2] ^ 16);
            node_->write(offset, wrong);
            return {};
        }
        if (fault == fault_kind::short_write)
            node_->write(offset, bytes.substr(0, bytes.size() / 2));
        if (fault) return failure("write", path_, false);
        node_->write(offset, bytes);
        return {};
    }

    result<void> sync() override {
        std::scoped_lock const guard{disk_.mutex_};
        DIPTYCH_TRY(auto const fault, enter("sync"));
        if (!fault || fault == fault_kind::flipped_bit) return node_->sync(), result<void>{};
        node_->fail_sync();
        return failure("sync", path_, fault == fault_kind::no_space);
    }

    result<std::uint64_t> size() const override {
        std::scoped_lock const guard{disk_.mutex_};
        DIPTYCH_TRY(auto const fault, enter("stat"));
        if (fault && *fault != fault_kind::flipped_bit) return failure("stat", path_, false);
        return node_->bytes().size();
    }

    result<void> truncate(std::uint64_t size) override {
        std::scoped_lock const guard{disk_.mutex_};
        DIPTYCH_TRY(auto const fault, enter("truncate"));
        if (fault && *fault != fault_kind::flipped_bit)
            return failure("truncate", path_, fault == fault_kind::no_space);
        node_->cut(size);
        return {};
    }

private:
    result<std::optional<fault_kind>> enter(std::string_view operation) const {
        if (session_ != disk_.session_) return failure(operation, path_, false);
        return disk_.enter(operation, path_);
    }

    lying_disk& disk_;
    std::string path_;
    std::shared_ptr<file_content> node_;
    std::uint64_t session_;
};

lying_disk::lying_disk() = default;
lying_disk::~lying_disk() = default;

void lying_disk::power_off() {
    std::scoped_lock const guard{mutex_};
    is_off_ = true;
    ++session_;
    locked_.clear();
}

void lying_disk::power_on(random_source& chance) {
    std::scoped_lock const guard{mutex_};
    is_off_ = false;
    power_lost_at_ = 0;
    ++session_;
    locked_.clear();
    // Names are kept by a journal: those changed first are durable first.
    auto const kept = name_changes_.empty() ? 0 : chance.next() % (name_changes_.size() + 1);
    for (auto const& change : std::span(name_changes_).first(kept)) make_durable(change);
    name_changes_.clear();
    names_ = durable_names_;
    for (auto const& [path, one] : names_) one->lose_power(chance);
    std::erase_if(pages_, [&](auto const&) { return !is_kept(chance); });
}

void lying_disk::restart_process() {
    std::scoped_lock const guard{mutex_};
    is_off_ = false;
    ++session_;
    locked_.clear();
}

void lying_disk::fail_at(std::vector<disk_fault> faults) {
    std::scoped_lock const guard{mutex_};
    faults_ = std::move(faults);
}

void lying_disk::fail_operation(std::string_view operation, std::filesystem::path const& path) {
    std::scoped_lock const guard{mutex_};
    failing_ = {std::string(operation), path.native()};
}

void lying_disk::lose_power_at(std::uint64_t call) {
    std::scoped_lock const guard{mutex_};
    power_lost_at_ = call;
}

bool lying_disk::is_off() const {
    std::scoped_lock const guard{mutex_};
    return is_off_;
}

void lying_disk::limit_bytes(std::optional<std::uint64_t> most) {
    std::scoped_lock const guard{mutex_};
    bytes_max_ = most;
}

void lying_disk::on_call(std::function<void(disk_call const&)> watch) {
    std::scoped_lock const guard{mutex_};
    watch_ = std::move(watch);
}

std::uint64_t lying_disk::calls() const {
    std::scoped_lock const guard{mutex_};
    return calls_;
}

std::uint64_t lying_disk::faults_met() const {
    std::scoped_lock const guard{mutex_};
    return faults_met_;
}

std::uint64_t lying_disk::bytes() const {
    std::scoped_lock const guard{mutex_};
    return sum_of_sizes();
}

std::uint64_t lying_disk::sum_of_sizes() const {
    std::uint64_t sum = 0;
    for (auto const& [path, one] : names_) sum += one->bytes().size();
    return sum;
}

std::map<std::string, std::string> lying_disk::contents() const {
    std::scoped_lock const guard{mutex_};
    std::map<std::string, std::string> all;
    for (auto const& [path, one] : names_) all[path] = one->bytes();
    return all;
}

void lying_disk::replace(std::filesystem::path const& path, std::string content) {
    std::scoped_lock const guard{mutex_};
    names_.at(path.native())->replace(std::move(content));
}

result<std::optional<fault_kind>> lying_disk::enter(
    std::string_view operation, std::string const& path
) {
    if (is_off_) return failure(operation, path, false);
    ++calls_;
    if (power_lost_at_ > 0 && calls_ >= power_lost_at_) is_off_ = true;
    if (is_off_) return failure(operation, path, false);
    if (watch_) watch_({.number = calls_, .operation = operation, .path = path});
    if (failing_ && failing_->first == operation && failing_->second == path) {
        failing_.reset();
        ++faults_met_;
        return fault_kind::io_error;
    }
    for (auto const& one : faults_)
        if (calls_ >= one.call && calls_ - one.call < one.calls) {
            ++faults_met_;
            return one.kind;
        }
    return std::optional<fault_kind>{};
}

result<void> lying_disk::enter_whole(std::string_view operation, std::string const& path) {
    DIPTYCH_TRY(auto const fault, enter(operation, path));
    if (!fault || *fault == fault_kind::flipped_bit) return {};
    return failure(operation, path, *fault == fault_kind::no_space);
}

void lying_disk::change_name(std::string const& path, std::shared_ptr<file_content> now) {
    if (now)
        names_[path] = now;
    else
        names_.erase(path);
    name_changes_.push_back({.path = path, .now = std::move(now)});
}

result<std::unique_ptr<storage::file>> lying_disk::open(
    std::filesystem::path const& path, storage::file_mode mode
) {
    std::scoped_lock const guard{mutex_};
    auto const is_new = mode == storage::file_mode::create_new;
    DIPTYCH_TRY(enter_whole(is_new ? "create" : "open", path));
    auto const there = names_.find(path);
    if (is_new) {
        if (there != names_.end()) return fail(errc::failed, "exists", path.native() + " exists");
        if (!is_directory(parent_of(path)))
            return fail(errc::not_found, "not_found", "no directory for " + path.native());
        change_name(path, std::make_shared<file_content>(++files_made_));
        return std::make_unique<handle>(*this, path, names_.at(path));
    }
    if (there == names_.end()) return fail(errc::not_found, "not_found", "no " + path.native());
    return std::make_unique<handle>(*this, path, there->second);
}

result<std::vector<std::string>> lying_disk::list(std::filesystem::path const& directory) {
    std::scoped_lock const guard{mutex_};
    DIPTYCH_TRY(enter_whole("list", directory));
    if (!is_directory(directory))
        return fail(errc::not_found, "not_found", "no directory " + directory.native());
    std::vector<std::string> found;
    auto const add = [&](std::string const& path) {
        if (parent_of(path) == directory) found.push_back(name_of(path));
    };
    for (auto const& [path, one] : names_) add(path);
    for (auto const& path : directories_) add(path);
    for (auto const& [path, one] : pages_) add(path);
    std::ranges::sort(found);
    return found;
}

result<bool> lying_disk::exists(std::filesystem::path const& path) {
    std::scoped_lock const guard{mutex_};
    DIPTYCH_TRY(enter_whole("look for", path));
    return names_.contains(path) || is_directory(path) || pages_.contains(path);
}

result<storage::file_facts> lying_disk::look_at(std::filesystem::path const& path) {
    std::scoped_lock const guard{mutex_};
    DIPTYCH_TRY(enter_whole("look at", path));
    auto const there = names_.find(path);
    if (there == names_.end()) return fail(errc::not_found, "not_found", "no " + path.native());
    return storage::file_facts{
        .bytes = there->second->bytes().size(),
        .identity = {0, there->second->number()},
    };
}

result<void> lying_disk::make_directories(std::filesystem::path const& path) {
    std::scoped_lock const guard{mutex_};
    if (is_directory(path)) return {};
    DIPTYCH_TRY(enter_whole("make", path));
    for (auto one = path; !one.empty() && one != one.parent_path(); one = one.parent_path())
        directories_.insert(one);
    return {};
}

result<void> lying_disk::rename(
    std::filesystem::path const& from, std::filesystem::path const& to
) {
    std::scoped_lock const guard{mutex_};
    DIPTYCH_TRY(enter_whole("rename", from));
    auto const there = names_.find(from);
    if (there == names_.end()) return fail(errc::not_found, "not_found", "no " + from.native());
    auto moved = there->second;
    names_.erase(there);
    names_[to] = moved;
    // One change of the journal: never both names, never neither.
    name_changes_.push_back({.path = to, .now = std::move(moved), .replaces = from});
    return {};
}

result<void> lying_disk::remove(std::filesystem::path const& path) {
    std::scoped_lock const guard{mutex_};
    DIPTYCH_TRY(enter_whole("remove", path));
    if (!names_.contains(path)) return fail(errc::not_found, "not_found", "no " + path.native());
    change_name(path, nullptr);
    return {};
}

// No more than POSIX promises: ext4 and XFS would make changes in other directories durable, too.
result<void> lying_disk::sync_directory(std::filesystem::path const& path) {
    std::scoped_lock const guard{mutex_};
    DIPTYCH_TRY(enter_whole("sync", path));
    auto const is_in = [&](name_change const& change) { return parent_of(change.path) == path; };
    for (auto const& change : name_changes_)
        if (is_in(change)) make_durable(change);
    std::erase_if(name_changes_, is_in);
    return {};
}

void lying_disk::make_durable(name_change const& change) {
    if (!change.replaces.empty()) durable_names_.erase(change.replaces);
    if (change.now)
        durable_names_[change.path] = change.now;
    else
        durable_names_.erase(change.path);
}

result<storage::file_lock> lying_disk::lock(std::filesystem::path const& path) {
    std::scoped_lock const guard{mutex_};
    DIPTYCH_TRY(enter_whole("lock", path));
    if (!locked_.insert(path.native()).second)
        return fail(errc::unavailable, "locked", "process 1 writes to this folder");
    return storage::file_lock{this, [path = path.native(), session = session_](void* self) {
                                  auto& owner = *static_cast<lying_disk*>(self);
                                  std::scoped_lock const inner{owner.mutex_};
                                  if (owner.session_ == session) owner.locked_.erase(path);
                              }};
}

result<std::unique_ptr<storage::shared_page>> lying_disk::share(
    std::filesystem::path const& path, bool writable
) {
    std::scoped_lock const guard{mutex_};
    DIPTYCH_TRY(enter_whole("share", path));
    if (!pages_.contains(path)) {
        if (!writable) return fail(errc::not_found, "not_found", "no " + path.native());
        pages_[path] = std::make_shared<page_bytes>();
    }
    return std::make_unique<page>(pages_[path]);
}

}  // namespace diptych::sim
