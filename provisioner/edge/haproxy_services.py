"""A service in HAProxy's words: a frontend on its VIP, and the backends behind it."""

from collections.abc import Iterator

from provisioner.domain.spec.load_balancer_services import Check
from provisioner.edge.haproxy_syntax import client_timeouts, seconds, section, server_timeouts
from provisioner.edge.model import Backend, Branch, Server, Service


def render_service(service: Service) -> list[str]:
    backends = [_backend(service, backend) for backend in service.backends]
    return [_frontend(service), *_redirect(service), *backends]


def _frontend(service: Service) -> str:
    return section(f"frontend {service.name}", _frontend_lines(service))


def _frontend_lines(service: Service) -> Iterator[str]:
    yield from _mode(service)
    for ports in service.ports:
        yield f"bind {service.vip.address}:{ports}"
    if service.timeouts:
        yield from client_timeouts(service.timeouts)
    if service.mode == "http":
        yield "option httplog"
        yield "option forwardfor"
        yield "timeout http-request 10s"
    for branch in service.branches:
        yield f"use_backend {branch.backend} if {_condition(branch)}"
    if service.default_backend:
        yield f"default_backend {service.default_backend}"


def _mode(service: Service) -> Iterator[str]:
    yield f"mode {service.mode}"
    yield f"log-tag {service.name}"


def _condition(branch: Branch) -> str:
    port = f"{{ dst_port {branch.port} }} " if branch.port else ""
    prefix = branch.path_prefix
    if prefix is None:
        return port.strip()
    if prefix.endswith("/"):
        return f"{port}{{ path_beg {prefix} }}"
    return f"{port}{{ path {prefix} }} or {port}{{ path_beg {prefix}/ }}"


def _redirect(service: Service) -> list[str]:
    if not service.redirect_http:
        return []
    lines = [
        "mode http",
        f"log-tag {service.name}",
        "option httplog",
        f"bind {service.vip.address}:80",
        "timeout http-request 10s",
        "http-request redirect scheme https code 301",
    ]
    return [section(f"frontend {service.name}.redirect", lines)]


def _backend(service: Service, backend: Backend) -> str:
    lines = [
        *_mode(service),
        f"balance {backend.balance}",
        # A server that comes or goes moves no other server's clients.
        *(["hash-type consistent"] if backend.balance == "source" else []),
        *([] if backend.ports_together else ["option allbackups"]),
        *(server_timeouts(service.timeouts) if service.timeouts else []),
        *_question(service, backend),
        *(_server(service, backend, server) for server in backend.servers),
    ]
    return section(f"backend {backend.name}", lines)


def _question(service: Service, backend: Backend) -> Iterator[str]:
    """What all servers of the backend are asked alike."""
    check = backend.servers[0].check if backend.servers else Check()
    if backend.asks_each_port:
        yield "option tcp-check"
        yield from (_connect(backend, check, port) for port in backend.ports_together)
    elif check.type == "http":
        host = f" hdr Host {check.host}" if check.host else ""
        version = "HTTP/1.1" if check.host else "HTTP/1.0"
        yield "option httpchk"
        yield f"http-check send meth GET uri {check.path} ver {version}{host}"
        yield f"http-check expect status {check.status}"


def _connect(backend: Backend, check: Check, port: int) -> str:
    greeted = " send-proxy" if backend.proxy_protocol else ""
    secured = check.type == "tls" and port == (check.port or backend.ports_together[0])
    return f"tcp-check connect port {port}{greeted}{' ssl' if secured else ''}"


def _server(service: Service, backend: Backend, server: Server) -> str:
    port = f":{server.port}" if server.port else ""
    words = [
        f"server {server.name} {server.address}{port}",
        # Without new connections, but asked: so it is known whether it could come back.
        f"weight {0 if server.state == 'drain' else server.weight}",
        *_check(service, backend, server),
        *(["send-proxy-v2"] if backend.proxy_protocol else []),
        *(["on-marked-down shutdown-sessions"] if backend.cut_when_down else []),
        *_standing_by(backend, server),
        *(["disabled"] if server.state == "maintenance" else []),
    ]
    return " ".join(words)


def _standing_by(backend: Backend, server: Server) -> list[str]:
    if server.backup:
        return ["backup"]
    return ["on-marked-up shutdown-backup-sessions"] if backend.ports_together else []


def _check(service: Service, backend: Backend, server: Server) -> Iterator[str]:
    check = server.check
    yield f"check inter {seconds(check.inter)}"
    yield f"fastinter {seconds(check.fastinter)} downinter {seconds(check.downinter)}"
    yield f"rise {check.rise} fall {check.fall}"
    # Clients that can't connect tell sooner than a check every half minute: the next one decides.
    yield "observe layer4 error-limit 3 on-error sudden-death"
    if not backend.asks_each_port:
        yield from _where(service, server)
    if check.type == "tls" or check.tls:
        # It asks whether somebody speaks TLS; who that is, clients prove for themselves.
        yield "verify none" if backend.asks_each_port else "check-ssl verify none"
        yield from ([f"check-sni {check.host}"] if check.host else [])
    # Another port than the service's is asked as anybody would ask it.
    elsewhere = check.port not in (None, server.port)
    if backend.proxy_protocol and not backend.asks_each_port and not elsewhere:
        yield "check-send-proxy"


def _where(service: Service, server: Server) -> Iterator[str]:
    port = server.check.port
    if port is None and server.port is None:
        port = int(str(service.ports[0]).partition("-")[0])
    if port is not None:
        yield f"port {port}"
