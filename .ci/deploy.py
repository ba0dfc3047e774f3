"""What no schema knows of deploy/: that each name leads somewhere, that nothing has more rights than it needs, that each
variable is one that the program reads, and that the ConfigMap holds the whole content.

Lays the content out as Kubernetes mounts it, links and all, in the directory that is its argument.
"""

import pathlib
import re
import shutil
import sys
from urllib.parse import urlsplit

import yaml

complaints = []


def expect(holds, complaint):
    if not holds:
        complaints.append(complaint)


def compose():
    base = yaml.safe_load(pathlib.Path("deploy/compose.yaml").read_text())
    webhook = yaml.safe_load(pathlib.Path("deploy/compose.webhook.yaml").read_text())
    services = {name: dict(service) for name, service in base["services"].items()}
    for name, service in webhook["services"].items():
        merged = services.setdefault(name, {})
        for key, value in service.items():
            merged[key] = {**merged[key], **value} if isinstance(merged.get(key), dict) else value
    # `deploy` of the second file adds to that of the first; the limits are of the first.
    own, added = base["services"]["palabre"]["deploy"], webhook["services"]["palabre"]["deploy"]
    services["palabre"]["deploy"] = {**added, **own}
    for name, service in services.items():
        expect(service.get("read_only") is True, f"compose: {name} can write to its root")
        expect(service.get("cap_drop") == ["ALL"], f"compose: {name} keeps capabilities")
        expect("no-new-privileges:true" in service.get("security_opt", []), f"compose: {name} may gain privileges")
        limits = service.get("deploy", {}).get("resources", {}).get("limits", {})
        expect({"cpus", "memory"} <= limits.keys(), f"compose: {name} has no limits")
        for secret in service.get("secrets", []):
            expect(secret in base.get("secrets", {}), f"compose: the secret {secret} is not there")
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            there = source in webhook.get("volumes", {})
            if source.startswith("."):
                there = (pathlib.Path("deploy") / source).exists()
            expect(there, f"compose: the volume {source} is not there")
    expect(services["palabre"].get("ulimits", {}).get("core") == 0, "compose: palabre may leave core files")
    user = services["palabre"].get("user", "")
    expect(re.fullmatch(r"[1-9]\d*:[1-9]\d*", user), "compose: palabre runs as root")
    path = urlsplit(services["palabre"]["environment"]["PALABRE_WEBHOOK_URL"].split("}")[-1]).path
    forwarded = re.findall(r"^\s*path (.+)$", pathlib.Path("deploy/Caddyfile").read_text(), re.MULTILINE)
    expect(forwarded == [path], f"Caddyfile: forwards {forwarded}, the webhook is at {path}")


def kubernetes():
    documents = yaml.safe_load_all(pathlib.Path("deploy/kubernetes.yaml").read_text())
    by_kind = {document["kind"]: document for document in documents}
    spec = by_kind["Deployment"]["spec"]
    labels, pod = spec["template"]["metadata"]["labels"], spec["template"]["spec"]
    (container,) = pod["containers"]
    service, ingress = by_kind["Service"], by_kind["Ingress"]["spec"]

    for kind, selector in {
        "Deployment": spec["selector"]["matchLabels"],
        "PodDisruptionBudget": by_kind["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        "Service": service["spec"]["selector"],
        "NetworkPolicy": by_kind["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
    }.items():
        expect(selector.items() <= labels.items(), f"Kubernetes: the {kind} selects no Pod")
    namespace = by_kind["Namespace"]["metadata"]["name"]
    for kind, document in by_kind.items():
        inside = kind == "Namespace" or document["metadata"].get("namespace") == namespace
        expect(inside, f"Kubernetes: the {kind} is in another namespace")

    ports = {port["name"] for port in container["ports"]}
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        expect(container[probe]["httpGet"]["port"] in ports, f"Kubernetes: {probe} asks a port that is not there")
    expect(container["livenessProbe"]["httpGet"]["path"] == "/livez", "Kubernetes: liveness is not /livez")
    expect(container["readinessProbe"]["httpGet"]["path"] == "/readyz", "Kubernetes: readiness is not /readyz")
    expect({port["targetPort"] for port in service["spec"]["ports"]} <= ports, "Kubernetes: the Service leads nowhere")

    allowed = [port["port"] for rule in by_kind["NetworkPolicy"]["spec"]["ingress"] for port in rule["ports"]]
    expect(sorted(allowed) == sorted(ports), f"Kubernetes: the NetworkPolicy lets somebody in to {allowed}")
    expect(all(rule["from"] for rule in by_kind["NetworkPolicy"]["spec"]["ingress"]), "Kubernetes: the NetworkPolicy lets all in")

    environment = {variable["name"]: variable["value"] for variable in container["env"]}
    for name, variable in {"http": "PALABRE_LISTEN", "metrics": "PALABRE_METRICS_LISTEN"}.items():
        listened = [port["containerPort"] for port in container["ports"] if port["name"] == name]
        expect(listened == [int(environment[variable].split(":")[1])], f"Kubernetes: {variable} is not the port {name}")
    webhook = urlsplit(environment["PALABRE_WEBHOOK_URL"])
    paths = [(rule["host"], path) for rule in ingress["rules"] for path in rule["http"]["paths"]]
    forwarded = [(host, path["path"], path["pathType"]) for host, path in paths]
    expect(forwarded == [(webhook.netloc, webhook.path, "Exact")], f"Kubernetes: the Ingress forwards {forwarded}")
    expect(ingress["tls"][0]["hosts"] == [webhook.netloc], "Kubernetes: the certificate is another host's")
    for _, path in paths:
        backend = path["backend"]["service"]
        expect(backend["name"] == service["metadata"]["name"], "Kubernetes: the Ingress leads to no Service")
        names = {port["name"] for port in service["spec"]["ports"]}
        expect(backend["port"]["name"] in names, "Kubernetes: the Ingress leads to no port")

    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    expect(volumes.keys() == mounts.keys(), "Kubernetes: volumes and mounts differ")
    expect(environment["PALABRE_CONTENT"] == mounts["content"], "Kubernetes: the content is mounted elsewhere")
    token = pathlib.PurePath(environment["TELOXIDE_TOKEN_FILE"]).parent
    expect(str(token) == mounts["token"], "Kubernetes: the token is mounted elsewhere")

    rights, own = pod["securityContext"], container["securityContext"]
    expect(rights.get("runAsNonRoot") is True and rights.get("runAsUser", 0) > 0, "Kubernetes: runs as root")
    expect(rights.get("seccompProfile") == {"type": "RuntimeDefault"}, "Kubernetes: every system call is open")
    expect(own.get("readOnlyRootFilesystem") is True, "Kubernetes: it can write to its root")
    expect(own.get("allowPrivilegeEscalation") is False, "Kubernetes: it may gain privileges")
    expect(own.get("capabilities") == {"drop": ["ALL"]}, "Kubernetes: it keeps capabilities")
    expect({"cpu", "memory"} <= container["resources"].get("limits", {}).keys(), "Kubernetes: no limits")
    expect(spec["replicas"] >= 2, "Kubernetes: fewer than two copies")
    expect(spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0, "Kubernetes: a copy goes before another comes")
    return {item["path"]: item["key"] for item in volumes["content"]["configMap"]["items"]}


def content(items, layout):
    root = pathlib.Path("content")
    # A bot that runs has no use for these: its editors' questions, and notes on translations.
    beside = {"tests", "translations.toml"}
    files = {str(file.relative_to(root)) for file in root.glob("**/*.toml") if file.parts[1] not in beside}
    for path in sorted(files ^ items.keys()):
        expect(False, f"Kubernetes: content/{path} is {'not in the ConfigMap' if path in files else 'no more'}")
    for path, key in items.items():
        expect(key == path.replace("/", "."), f"Kubernetes: the key of {path} is not the one that README.md makes")
    # A directory of its own for each version, a link to it, and links through that.
    shutil.rmtree(layout, ignore_errors=True)
    version = layout / "..2026_01_01"
    for path in sorted(files & items.keys()):
        (version / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / path, version / path)
    (layout / "..data").symlink_to(version.name)
    for name in sorted({path.split("/")[0] for path in files}):
        (layout / name).symlink_to(f"..data/{name}")


def variables():
    source = "".join(file.read_text() for file in sorted(pathlib.Path("src").glob("**/*.rs")))
    texts = [file for file in sorted(pathlib.Path("deploy").iterdir()) if file.suffix != ".png"]
    for file in texts:
        for name in sorted(set(re.findall(r"\b(?:PALABRE|TELOXIDE)_[A-Z_]+\b", file.read_text()))):
            expect(re.search(rf"\b{name}\b", source), f"{file}: the program does not read {name}")


compose()
content(kubernetes(), pathlib.Path(sys.argv[1]))
variables()
for complaint in complaints:
    print(f"deploy: {complaint}", file=sys.stderr)
sys.exit(bool(complaints))
