"""Webhooks lead to the internet and nowhere else."""

import pytest

from services.declaration.webhooks import addresses
from services.declaration.webhooks.addresses import AddressRefused, Allowed, WebhookUrlRefused

ANYWHERE = Allowed(http=True, private=True)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1"),
        *("169.254.169.254", "100.64.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1"),
        *(
            "255.255.255.255",
            "192.0.2.1",
            "198.18.0.1",
            "192.88.99.1",
            "::1",
            "::",
            "fe80::1",
            "fe80::1%eth0",
        ),
        *(
            "fc00::1",
            "fd12::1",
            "fec0::1",
            "3fff::1",
            "ff02::1",
            "2001:db8::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
        ),
        *(
            "::ffff:7f00:1",
            "2002:7f00:1::",
            "2002:a00:1::",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
        ),
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_an_address_that_is_not_of_the_whole_internet_is_refused(address: str) -> None:
    assert not addresses.is_global(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "64:ff9b::101:101"]
)
def test_others_are_not(address: str) -> None:
    assert addresses.is_global(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "::1", "[::ffff:127.0.0.1]"]
)
async def test_however_it_is_written_the_own_machine_is_refused(host: str) -> None:
    with pytest.raises((AddressRefused, OSError)):
        await addresses.resolve(host.strip("[]"), 80, allowed=Allowed())


async def test_where_the_configuration_allows_it_the_own_machine_is_an_address() -> None:
    assert await addresses.resolve("127.0.0.1", 80, allowed=ANYWHERE) == "127.0.0.1"


@pytest.mark.parametrize("url", ["https://example.com", "https://example.com:8443/a?b=c"])
def test_an_https_url_is_taken(url: str) -> None:
    addresses.check(url, allowed=Allowed())


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.com", "ftp://example.com", "example.com", "https://", "https:///a"),
        *("https://user@example.com", "https://user:word@example.com", "https://example.com/#a"),
        *("https://example.com:99999", "https://example.com:0", "https://例子.com", "https://a b"),
        *("file:///etc/passwd", "https://[::1", "https://e\n.com", "//example.com"),
        "https://example.com/" + "a" * 2000,
    ],
)
def test_any_other_is_refused(url: str) -> None:
    with pytest.raises(WebhookUrlRefused):
        addresses.check(url, allowed=Allowed())


def test_plain_http_is_taken_where_the_configuration_allows_it() -> None:
    addresses.check("http://example.com", allowed=ANYWHERE)
