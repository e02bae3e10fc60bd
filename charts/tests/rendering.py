"""The chart as objects: renders it with Helm's own code and gives ways to look at the result."""

from dataclasses import dataclass

import helm_python as helm

import strict_yaml
from product import CHART

RELEASE = "city"
NAMESPACE = "tongban-test"


@dataclass(frozen=True)
class Rendered:
    """What Helm made of the chart and some values."""

    objects: list
    notes: str

    def of(self, kind):
        """Objects of a kind, by name."""
        found = [o for o in self.objects if o["kind"] == kind]
        names = [o["metadata"]["name"] for o in found]
        assert len(names) == len(set(names)), f"{kind}: a name is used twice: {names}"
        return dict(zip(names, found, strict=True))


def case(name):
    """Values of one of the files in ci/; none for the chart's own."""
    if name == "default":
        return {}
    return strict_yaml.load((CHART / "ci" / f"{name}-values.yaml").read_text())


def render(values=None, release=RELEASE):
    """Checks `values` against the schema, as an installation would, and renders the chart.

    Raises helm.HelmValuesError for values the schema refuses, helm.HelmRenderError for those a
    template refuses.
    """
    with helm.Chart.load(CHART) as chart:
        chart.validate_schema(chart.merge_values(values or {}))
        files = chart.render(values or {}, name=release, namespace=NAMESPACE, is_install=True)
    notes = "".join(text for path, text in files.items() if path.endswith("NOTES.txt"))
    objects = [
        document
        for path, text in sorted(files.items())
        if path.endswith(".yaml")
        for document in strict_yaml.load_all(text)
    ]
    return Rendered(objects, notes)


def merged(values=None):
    """The chart's defaults with `values` over them."""
    with helm.Chart.load(CHART) as chart:
        return chart.merge_values(values or {})


def hooks(obj):
    """At which moments Helm runs the object; empty for a part of the release."""
    listed = obj["metadata"].get("annotations", {}).get("helm.sh/hook", "")
    return set(filter(None, listed.split(",")))


def pod(obj):
    """The pod template of a Deployment or Job."""
    return obj["spec"]["template"]


def environment(obj):
    """The only container's variables, by name. A name given twice is an error."""
    (container,) = pod(obj)["spec"]["containers"]
    names = [entry["name"] for entry in container["env"]]
    assert len(names) == len(set(names)), f"a variable is given twice: {names}"
    return {entry["name"]: entry for entry in container["env"]}


def matches(selector, labels):
    """Whether matchLabels and matchExpressions (operator In) select these labels."""
    wanted = selector.get("matchLabels", {})
    expressions = selector.get("matchExpressions", [])
    assert all(e["operator"] == "In" for e in expressions)
    return all(labels.get(k) == v for k, v in wanted.items()) and all(
        labels.get(e["key"]) in e["values"] for e in expressions
    )
