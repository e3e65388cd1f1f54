import type { Document, Node } from 'yaml';
import { isAlias, visit } from 'yaml';
import type { AnnotationsPlace } from './find-annotations';

/** A node with an anchor that an alias repeats. */
interface Repeated {
  readonly node: Node;
  readonly anchor: string;
}

/** By document, since many places may stand in one. */
const known = new WeakMap<Document.Parsed, readonly Repeated[]>();

/** The anchor of a node around the place that an alias repeats. */
export function sharedAnchor({ document, above }: AnnotationsPlace): string | undefined {
  let repeated = known.get(document);
  if (!repeated) known.set(document, (repeated = repeatedIn(document)));
  return repeated.find(({ node }) => above.includes(node))?.anchor;
}

function repeatedIn(document: Document.Parsed): readonly Repeated[] {
  const anchored = new Map<string, Node>();
  const repeated: Repeated[] = [];
  // The last node before an alias that has its anchor is the one that is meant (YAML 1.2, 7.1).
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        const meant = anchored.get(node.source);
        if (meant) repeated.push({ node: meant, anchor: node.source });
      } else if (node.anchor !== undefined) anchored.set(node.anchor, node);
    },
  });
  return repeated;
}
