# SPDX-License-Identifier: ISC
"""What the end-to-end tests share: an instance of Rollcall, a raw client, a master device, load."""
