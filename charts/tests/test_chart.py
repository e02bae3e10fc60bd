"""The Helm chart: lints, renders, and is what Kubernetes and the product expect."""

import base64
import json
import tomllib
from urllib.parse import urlsplit

import helm_python as helm
import kubernetes_validate
import pytest

from product import CHART, LIVE, METRICS, PORT, READY, ROOT, SECRET_VARIABLES, SERVICES, USER, VARIABLES
from rendering import NAMESPACE, case, environment, hooks, matches, merged, pod, render

CASES = ("default", "all-services", "production", "subset")
#: The oldest Kubernetes the chart declares, and the newest whose schemas we have.
KUBERNETES = ("1.27", kubernetes_validate.latest_version())
SELECTED = {"Deployment", "Job"}


@pytest.fixture(params=CASES)
def name(request):
    return request.param


@pytest.fixture
def values(name):
    return merged(case(name))


@pytest.fixture
def chart(name):
    return render(case(name))


def listed(values):
    return [service["name"] for service in values["services"]]


def workloads(chart):
    return [o for o in chart.objects if o["kind"] in SELECTED]


def prefixed(services, suffix=""):
    return {f"city-tongban-{service}{suffix}" for service in services}


def test_lint(name):
    report = helm.lint(CHART, case(name), strict=True, namespace=NAMESPACE)
    # Severity 1 is advice; the only one is that a chart may have an icon.
    assert [m for m in report["messages"] if m["severity"] != 1] == []
    assert report["errors"] == []


@pytest.mark.parametrize("version", KUBERNETES)
def test_objects_are_valid(chart, version):
    assert chart.objects
    for obj in chart.objects:
        used = kubernetes_validate.validate(obj, version, strict=True)
        assert tuple(map(int, used.split("."))) <= tuple(map(int, version.split(".")[:2]))


def test_oldest_kubernetes_is_the_declared_one():
    with helm.Chart.load(CHART) as chart:
        assert chart.metadata["kubeVersion"] == f">={KUBERNETES[0]}.0-0"


def test_schema_knows_the_services():
    schema = json.loads((CHART / "values.schema.json").read_text())
    assert tuple(schema["definitions"]["serviceName"]["enum"]) == SERVICES
    assert tuple(listed(merged())) == SERVICES


def test_one_of_each_per_service(chart, values):
    services = listed(values)
    assert set(chart.of("Deployment")) == prefixed(services)
    assert set(chart.of("Service")) == prefixed(services)
    assert set(chart.of("Job")) == prefixed(services, "-migrate")
    for service in services:
        deployment = chart.of("Deployment")[f"city-tongban-{service}"]
        job = chart.of("Job")[f"city-tongban-{service}-migrate"]
        for obj in (deployment, job):
            assert environment(obj)["TONGBAN_SERVICES"]["value"] == service


def test_names_are_unique_and_in_the_namespace(chart):
    keys = [(o["kind"], o["metadata"]["name"]) for o in chart.objects]
    assert len(keys) == len(set(keys))
    assert {o["metadata"]["namespace"] for o in chart.objects} == {NAMESPACE}


def test_names_fit_whatever_the_release_is_called():
    for obj in render(case("all-services"), release="r" * 53).objects:
        assert len(obj["metadata"]["name"]) <= 63, obj["metadata"]["name"]
        labels = [obj["metadata"]["labels"]]
        labels += [pod(obj)["metadata"]["labels"]] if obj["kind"] in SELECTED else []
        assert all(len(value) <= 63 for one in labels for value in one.values())


def test_longest_service_name_fits():
    schema = json.loads((CHART / "values.schema.json").read_text())
    longest = schema["definitions"]["serviceName"]["maxLength"]
    assert 36 + len("-") + longest + len("-migrate") <= 63
    assert all(len(service) <= longest for service in SERVICES)


def test_selectors_match_exactly_their_own_pods(chart):
    pods = {(w["kind"], w["metadata"]["name"]): pod(w)["metadata"]["labels"] for w in workloads(chart)}
    for name, deployment in chart.of("Deployment").items():
        own = {("Deployment", name)}
        selector = deployment["spec"]["selector"]
        service = {"matchLabels": chart.of("Service")[name]["spec"]["selector"]}
        budget = chart.of("PodDisruptionBudget").get(name)
        policy = chart.of("NetworkPolicy").get(name)
        selectors = [selector, service]
        selectors += [budget["spec"]["selector"]] if budget else []
        selectors += [policy["spec"]["podSelector"]] if policy else []
        selectors += [c["labelSelector"] for c in pod(deployment)["spec"].get("topologySpreadConstraints", [])]
        for one in selectors:
            assert {key for key, labels in pods.items() if matches(one, labels)} == own


def test_selectors_do_not_hold_what_an_upgrade_changes(chart):
    for deployment in chart.of("Deployment").values():
        assert set(deployment["spec"]["selector"]["matchLabels"]) == {
            "app.kubernetes.io/name",
            "app.kubernetes.io/instance",
            "app.kubernetes.io/component",
        }


def test_ports_and_probes(chart):
    for name, deployment in chart.of("Deployment").items():
        (container,) = pod(deployment)["spec"]["containers"]
        (port,) = container["ports"]
        assert port["containerPort"] == PORT
        assert environment(deployment)["TONGBAN_LISTEN"]["value"] == f"0.0.0.0:{PORT}"
        (exposed,) = chart.of("Service")[name]["spec"]["ports"]
        assert exposed["targetPort"] == port["name"]
        for probe, path in (("startupProbe", LIVE), ("livenessProbe", LIVE), ("readinessProbe", READY)):
            assert container[probe]["httpGet"] == {"path": path, "port": port["name"]}
        annotations = pod(deployment)["metadata"]["annotations"]
        assert annotations["prometheus.io/path"] == METRICS
        assert annotations["prometheus.io/port"] == str(PORT)


def test_commands(chart):
    for workload in workloads(chart):
        (container,) = pod(workload)["spec"]["containers"]
        assert "command" not in container, "the image's entrypoint is the binary"
        assert container["args"] == [{"Deployment": "serve", "Job": "migrate"}[workload["kind"]]]


def test_every_variable_is_one_the_product_knows(chart):
    for workload in workloads(chart):
        assert set(environment(workload)) <= VARIABLES
        assert "envFrom" not in pod(workload)["spec"]["containers"][0]


def test_no_variable_is_injected_by_kubernetes(chart):
    # A Service called tongban-… would put TONGBAN_…_PORT into every pod of the namespace.
    assert all(pod(w)["spec"]["enableServiceLinks"] is False for w in workloads(chart))


def test_secret_settings_come_from_secrets(chart, values):
    made = chart.of("Secret")
    for workload in workloads(chart):
        variables = environment(workload)
        for variable in SECRET_VARIABLES & set(variables):
            reference = variables[variable]["valueFrom"]["secretKeyRef"]
            if values["database"]["url"]:
                assert reference["key"] in made[reference["name"]]["data"]
                # A Job that runs before the release can only use what Helm makes before it.
                assert bool(hooks(workload)) == bool(hooks(made[reference["name"]]))
            else:
                assert reference == {
                    "name": values["database"]["existingSecret"],
                    "key": values["database"]["secretKey"],
                }
        assert "TONGBAN_DATABASE_URL" in variables


def test_no_secret_in_plain_text(chart, values):
    url = values["database"]["url"]
    if not url:
        assert chart.of("Secret") == {}
        return
    secrets = {url, url.split("//")[1].split("@")[0].split(":")[1]}
    for obj in chart.objects:
        text = json.dumps(obj)
        assert not any(secret in text for secret in secrets), obj["metadata"]["name"]
    for secret in chart.of("Secret").values():
        assert base64.b64decode(secret["data"]["url"]).decode() == url
    assert not any(secret in chart.notes for secret in secrets)
    assert chart.of("ConfigMap") == {}


def test_master_key_is_a_file_for_those_that_need_it(chart, values):
    for service in listed(values):
        deployment = chart.of("Deployment")[f"city-tongban-{service}"]
        spec = pod(deployment)["spec"]
        secrets = [v for v in spec["volumes"] if "secret" in v]
        if service not in values["masterKey"]["services"]:
            assert secrets == []
            assert "TONGBAN_MASTER_KEY_FILE" not in environment(deployment)
            continue
        (volume,) = secrets
        assert volume["secret"]["secretName"] == values["masterKey"]["existingSecret"]
        assert volume["secret"]["defaultMode"] == 0o440
        (item,) = volume["secret"]["items"]
        (mount,) = [m for m in spec["containers"][0]["volumeMounts"] if m["name"] == volume["name"]]
        assert mount["readOnly"] is True
        assert environment(deployment)["TONGBAN_MASTER_KEY_FILE"]["value"] == f"{mount['mountPath']}/{item['path']}"


def test_pods_may_do_little(chart):
    for workload in workloads(chart):
        spec = pod(workload)["spec"]
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] == USER
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not any(spec.get(key) for key in ("hostNetwork", "hostPID", "hostIPC", "hostUsers"))
        assert all("hostPath" not in volume for volume in spec["volumes"])
        for container in spec["containers"] + spec.get("initContainers", []):
            security = container["securityContext"]
            assert security["readOnlyRootFilesystem"] is True
            assert security["allowPrivilegeEscalation"] is False
            assert security["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"]
            assert container["resources"]["requests"]["cpu"]


def test_written_directories_are_volumes(chart, values):
    claims = {s["name"]: s.get("dataClaim") for s in values["services"]}
    for service in listed(values):
        deployment = chart.of("Deployment")[f"city-tongban-{service}"]
        spec = pod(deployment)["spec"]
        volumes = {v["name"]: v for v in spec["volumes"]}
        mounts = {m["mountPath"]: volumes[m["name"]] for m in spec["containers"][0]["volumeMounts"]}
        assert "sizeLimit" in mounts["/tmp"]["emptyDir"]
        data = mounts[environment(deployment)["TONGBAN_DATA_DIR"]["value"]]
        if claims[service]:
            assert data["persistentVolumeClaim"]["claimName"] == claims[service]
        else:
            assert "sizeLimit" in data["emptyDir"]


def test_accounts_have_no_token(chart, values):
    accounts = chart.of("ServiceAccount")
    assert all(account["automountServiceAccountToken"] is False for account in accounts.values())
    for workload in workloads(chart):
        account = pod(workload)["spec"]["serviceAccountName"]
        if values["serviceAccount"]["create"]:
            assert bool(hooks(accounts[account])) == bool(hooks(workload))
        else:
            assert accounts == {} and account == values["serviceAccount"]["name"]


def test_migrations_run_first(chart):
    for job in chart.of("Job").values():
        assert hooks(job) == {"pre-install", "pre-upgrade"}
        weight = int(job["metadata"]["annotations"]["helm.sh/hook-weight"])
        needed = [o for o in chart.objects if hooks(o) and o["kind"] != "Job"]
        assert all(int(o["metadata"]["annotations"]["helm.sh/hook-weight"]) < weight for o in needed)
        assert pod(job)["spec"]["restartPolicy"] == "Never"
        # A finished Job goes, a failed one stays for its log.
        assert "hook-failed" not in job["metadata"]["annotations"]["helm.sh/hook-delete-policy"]


def test_budgets_only_where_a_pod_can_be_spared(chart, values):
    replicated = {s["name"] for s in values["services"] if s.get("replicas", 1) > 1}
    assert set(chart.of("PodDisruptionBudget")) == prefixed(replicated)
    for service in values["services"]:
        deployment = chart.of("Deployment")[f"city-tongban-{service['name']}"]
        assert deployment["spec"]["replicas"] == service.get("replicas", 1)


def test_ingress_routes_every_service_and_nothing_else(chart, values):
    if not values["ingress"]["enabled"]:
        assert chart.of("Ingress") == {}
        return
    (ingress,) = chart.of("Ingress").values()
    (rule,) = ingress["spec"]["rules"]
    routes = {p["path"]: p["backend"]["service"] for p in rule["http"]["paths"]}
    assert set(routes) == {f"/{service}" for service in listed(values)}
    for path, backend in routes.items():
        service = chart.of("Service")[backend["name"]]
        assert backend["name"].endswith(path[1:])
        assert backend["port"]["name"] in [port["name"] for port in service["spec"]["ports"]]


def test_network_policies(chart, values):
    policies = chart.of("NetworkPolicy")
    if not values["networkPolicy"]["enabled"]:
        assert policies == {}
        return
    for workload in workloads(chart):
        labels = pod(workload)["metadata"]["labels"]
        (policy,) = [p for p in policies.values() if matches(p["spec"]["podSelector"], labels)]
        assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
        assert bool(hooks(policy)) == bool(hooks(workload))
        ports = {port["port"] for rule in policy["spec"]["egress"] for port in rule["ports"]}
        assert {53, *values["networkPolicy"]["egressPorts"]} <= ports
        if workload["kind"] == "Job":
            assert "ingress" not in policy["spec"]
            continue
        for url in values["identity"]["jwksUrls"]:
            parts = urlsplit(url)
            if not parts.hostname.startswith("city-tongban-"):
                assert (parts.port or {"http": 80, "https": 443}[parts.scheme]) in ports


def test_issuer_and_keys():
    inside = "http://city-tongban-identity:8080/identity"
    for values, issuer, keys in (
        (case("default"), inside, f"{inside}/.well-known/jwks.json"),
        (case("all-services"), inside, f"{inside}/.well-known/jwks.json"),
        (
            case("production"),
            "https://services.city.example/identity",
            f"{inside}/.well-known/jwks.json,https://id.city.example/keys.json",
        ),
        (case("subset"), "https://services.city.example/identity", f"{inside}/.well-known/jwks.json"),
    ):
        for deployment in render(values).of("Deployment").values():
            variables = environment(deployment)
            assert variables["TONGBAN_ISSUER"]["value"] == issuer
            assert variables["TONGBAN_JWKS_URLS"]["value"] == keys


def test_issuer_follows_the_service_port():
    chart = render({"service": {"port": 80}})
    (port,) = chart.of("Service")["city-tongban-identity"]["spec"]["ports"]
    assert port["port"] == 80
    variables = environment(chart.of("Deployment")["city-tongban-intake"])
    assert variables["TONGBAN_JWKS_URLS"]["value"] == "http://city-tongban-identity:80/identity/.well-known/jwks.json"


def test_image(chart, values):
    image = values["image"]
    for workload in workloads(chart):
        used = pod(workload)["spec"]["containers"][0]["image"]
        assert used == (f"tongban@{image['digest']}" if image["digest"] else "tongban:0.1.0")


def test_app_version_is_the_workspace_version():
    manifest = tomllib.loads((ROOT / "Cargo.toml").read_text())
    with helm.Chart.load(CHART) as chart:
        assert chart.metadata["appVersion"] == manifest["workspace"]["package"]["version"]


def test_notes_name_every_service(chart, values):
    for service in listed(values):
        assert f"city-tongban-{service}.{NAMESPACE}:{values['service']['port']}/{service}" in chart.notes
    assert "<no value>" not in chart.notes


def test_readme_names_every_value():
    readme = (CHART / "README.md").read_text()
    assert [key for key in merged() if f"`{key}`" not in readme] == []


def test_package_holds_what_an_installation_needs(tmp_path):
    archive = helm.package(CHART, destination=tmp_path)
    with helm.Chart.load(archive) as chart:
        assert chart.schema is not None
        files = {file["name"] for file in chart.files}
    assert "README.md" in files
    assert not any(file.startswith("ci/") for file in files)


def at(path, value):
    """Values that set only what lies at the dotted path."""
    for key in reversed(path.split(".")):
        value = {key: value}
    return value


REFUSED = [
    ("unknown", 1),
    ("environment", "test"),
    ("image.tag", "latest"),
    ("image.repository", ""),
    ("image.digest", "sha256:abc"),
    ("image.pullPolicy", "Sometimes"),
    ("services", []),
    ("services", ["intake"]),
    ("services", [{"name": "intakes"}]),
    ("services", [{"replicas": 2}]),
    ("services", [{"name": "intake", "replicas": 0}]),
    ("services", [{"name": "intake", "replicas": "2"}]),
    ("services", [{"name": "intake", "replica": 2}]),
    ("services", [{"name": "intake", "resources": {"limits": {"memory": "much"}}}]),
    ("resources", {"request": {}}),
    ("database.existingSecret", ""),
    ("database.existingSecret", "Not_A_Name"),
    ("database.url", "postgres://user:word@host/db"),
    ("kafka.bootstrap", ""),
    ("kafka.bootstrap", "kafka"),
    ("kafka.topicPrefix", "a b"),
    ("masterKey.existingSecret", ""),
    ("masterKey.services", []),
    ("masterKey.value", "0" * 64),
    ("identity.issuer", "identity"),
    ("identity.jwksUrls", ["identity:8080/keys"]),
    ("telemetry.otlpEndpoint", "otel:4318"),
    ("telemetry.logFormat", "xml"),
    ("service.port", 0),
    ("ingress.enabled", True),
    ("ingress.enabled", "yes"),
    ("networkPolicy.egressPorts", []),
    ("serviceAccount.name", "Not A Name"),
    ("migrations.deadlineSeconds", 0),
    ("scratch.dataSizeLimit", "1 Gi"),
    ("terminationGracePeriodSeconds", 0),
    ("podAnnotations", {"a": 1}),
]


@pytest.mark.parametrize(("path", "new"), REFUSED, ids=lambda value: json.dumps(value)[:60])
def test_schema_refuses(path, new):
    with pytest.raises(helm.HelmValuesError) as refusal:
        render(at(path, new))
    # The message leads to the value.
    assert path.split(".")[0] in str(refusal.value)


def test_sample_accepts_what_production_refuses():
    sample = {"environment": "sample", "image": {"tag": "latest"}, "database": {"url": "postgres://u:word@h/db"}}
    assert render(sample).of("Secret")
    with pytest.raises(helm.HelmValuesError):
        render({**sample, "environment": "production"})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"ingress": {"enabled": True, "host": "city.example"}, "networkPolicy": {"enabled": True}},
            "networkPolicy.ingressFrom",
        ),
        ({"services": [{"name": "intake"}, {"name": "intake"}], "identity": {"issuer": "https://i"}}, "listed twice"),
        ({"services": [{"name": "intake"}], "identity": {"issuer": "https://i"}}, "identity.jwksUrls"),
        ({"services": [{"name": "intake"}], "identity": {"jwksUrls": ["https://i/k"]}}, "identity.issuer"),
    ],
)
def test_templates_refuse(values, message):
    with pytest.raises(helm.HelmRenderError, match=message):
        render(values)
