// Gets the official files and checks them. Free of LibTorch.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <string_view>

#include "data/cifar_files.h"
#include "data/locations.h"

namespace elubench::data {

inline constexpr std::string_view cifar_site = "https://www.cs.toronto.edu/~kriz";

// Downloads the archive of `set` from SITE/<archive> to FOLDER/<archive>.part, going on where an earlier download
// stopped, checks its MD5, unpacks it and puts the checked files into FOLDER/<set's folder>; the archive is
// removed then. Files that are already there and right are left alone; where one is wrong and cannot be had again,
// the error is a UsageError that names it. A second process that fetches the set into the folder is refused by the
// lock FOLDER/.<set's folder>.lock. Throws UsageError for an unknown set or a folder that cannot be written, Error
// for all that can go wrong on the way, Interrupted.
void fetch(std::string_view set, const std::filesystem::path& folder, std::string_view site = cifar_site);
void fetch(const CifarSet& set, const std::filesystem::path& folder, std::string_view site);

// Writes a line for each file of the set: path, and `ok` or what is wrong. Throws UsageError if one is wrong or
// missing.
void verify(std::string_view set, const Locations& locations, std::ostream& out);
void verify(const CifarSet& set, const Locations& locations, std::ostream& out);

}  // namespace elubench::data
