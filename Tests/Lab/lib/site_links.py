"""Checks a site of static pages: site_links.py SITE DOCUMENTS."""
import html, json, os, re, sys
from urllib.parse import unquote, urldefrag

site, documents = sys.argv[1:]
texts, problems = {}, []


def text(path):
    if path not in texts:
        with open(path, encoding="utf-8") as file:
            texts[path] = file.read()
    return texts[path]


pages = [os.path.join(folder, name) for folder, _, names in os.walk(site) for name in names
         if name.endswith(".html") and name != "404.html"]
for page in pages:
    for kind, link in re.findall(r'\b(href|src)="([^"]*)"', text(page)):
        link = html.unescape(link)
        if re.match(r"[a-z]+:", link):
            if kind == "src":
                problems.append(f"{page}: loads {link}")
            continue
        path, place = urldefrag(link)
        target = os.path.normpath(os.path.join(os.path.dirname(page), unquote(path))) if path else page
        if os.path.isdir(target):
            target = os.path.join(target, "index.html")
        if not os.path.exists(target):
            problems.append(f"{page}: there is no {link}")
        elif place and target.endswith(".html") and f'id="{unquote(place)}"' not in text(target):
            problems.append(f"{page}: {link} has no such heading")
    if re.search(r'<link[^>]*rel="stylesheet"[^>]*href="https?:', text(page)):
        problems.append(f"{page}: loads a style sheet from elsewhere")
with open(os.path.join(site, "search", "search_index.json"), encoding="utf-8") as file:
    known = {entry["location"].split("#")[0] for entry in json.load(file)["docs"]}
first = text(os.path.join(site, "index.html"))
count = 0
for line in open(documents, encoding="utf-8"):
    path = line.strip().replace(".github/", "project/")
    page = re.sub(r"README\.md$", "index.html", path)
    page = re.sub(r"\.md$", ".html", page)
    count += 1
    if page not in known:
        problems.append(f"{line.strip()} is not found by the search")
    if page not in ("index.html", *re.findall(r'href="([^"#]+)"', first)):
        problems.append(f"{line.strip()} stands in no menu: add it to deploy/site")
print("\n".join(problems))
if problems or count < 20:
    sys.exit(f"{len(problems)} problems in {len(pages)} pages of {count} documents")
print(f"{len(pages)} pages of {count} documents; every link leads somewhere.")
