/** Makes an element from the template with this id: its only one, or a `<div>` of this class around them. */
export function part(template: string): HTMLElement {
  const found = find(document, `template#${template}`, HTMLTemplateElement);
  const content = document.importNode(found.content, true);
  const [only, ...others] = content.children;
  if (only instanceof HTMLElement && others.length === 0) return only;
  const root = document.createElement("div");
  root.className = template;
  root.append(content);
  return root;
}

/**
 * The one element that a selector names inside of another.
 *
 * @throws if it is not there or of another kind, which is the page's own mistake
 */
export function find<Kind extends HTMLElement>(
  inside: ParentNode,
  selector: string,
  kind: new () => Kind,
): Kind {
  const found = inside.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`There is no ${kind.name} "${selector}".`);
}
